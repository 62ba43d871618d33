import { describe, expect, it } from 'vitest';
import type { Wave } from '../wave.ts';
import { instanceOf, waveOf } from './wave.fixture.ts';
import { wordsForWave } from './words-for-wave.ts';

describe('the words for a wave', () => {
  it('call a deploy expected, and say how its clients come back', () => {
    expect(wordsForWave(waveOf())).toEqual({
      headline: 'Expected: deploy wave of gateway 1.8.2',
      mend: 'There is nothing to do: the clients are told to come back by themselves.',
      evidence: [
        'It began 4 s after deploy 1.8.2 was marked.',
        'The version changes from 1.8.1 to 1.8.2.',
        '3 instances shed 12,431 connections, one every 14 s.',
        '76 % of the closes say 1012; the rest come from the same instances.',
        '12,394 of 12,431 were back 5 minutes after the last close, 37 were not: 93 % within 1 to 5 s.',
        'Half of them were back after 2.1 s.',
        'At most 410 opens in a second.',
      ],
      dismissed: [
        'A payload bug under the wave: none beside 12,431 closes.',
        'A crash loop: none of the 3 instances shed its connections twice.',
        'A network drop: 10 % of the 12,431 closes are 1006.',
      ],
    });
  });

  it('do not call a restart expected, and say what speaks against a deploy', () => {
    const words = wordsForWave(
      waveOf({ kind: 'restart_wave', toVersion: null, marker: null, followed: 0, overdue: 0 }),
    );
    expect(words.headline).toBe('Restart of gateway: 3 instances, no new version seen');
    expect(words.mend).toBe('Nothing to do if somebody restarted it; if not, see why its instances ended.');
    expect(words.evidence).toEqual([
      '3 instances shed 12,431 connections, one every 14 s.',
      '76 % of the closes say 1012; the rest come from the same instances.',
    ]);
    expect(words.dismissed).toContain(
      'A deploy: no instance of another version came, and no marker lies within -2 to +15 minutes.',
    );
  });

  it('rule out no bug where there are some on the same instances, and say so', () => {
    const { evidence, dismissed } = wordsForWave(waveOf({ payloadBugs: 3 }));
    expect(evidence).toContain('3 payload bugs in the same time: not counted here, judged by themselves.');
    expect(dismissed.join()).not.toContain('payload bug');
  });

  it('rule out no crash loop where an instance went twice', () => {
    const twice = waveOf({ instances: [instanceOf('a', 1_000_000), instanceOf('a', 1_014_000)] });
    expect(wordsForWave(twice).dismissed.join()).not.toContain('crash loop');
  });

  it('ask for eyes where more than 5 % stay away', () => {
    const reconnect = { ...waveOf().reconnect, neverBack: 0.071 };
    expect(wordsForWave(waveOf({ reconnect })).mend).toBe(
      'See what keeps the clients away: 7.1 % were not back within 5 minutes.',
    );
  });

  const halfBack = {
    closes: 120,
    followed: 120,
    overdue: 60,
    returnsOver: false,
    reconnect: { ...waveOf().reconnect, withinWindow: 0.45, early: 0.05, late: 0, neverBack: 0 },
  };

  it('count who is back and who is still out, and call nothing done, while half of them are away', () => {
    const { evidence, mend } = wordsForWave(waveOf(halfBack));
    expect(evidence).toContain('60 of 120 are back, 60 are still out: 45 % within 1 to 5 s.');
    expect(mend).toBe(
      'See whether the instances listen and the load balancer sends to them: 60 of 120 are still out after 5 s.',
    );
  });

  it('leave those in peace whose window has not passed', () => {
    expect(wordsForWave(waveOf({ ...halfBack, overdue: 6 })).mend).toBe(
      'There is nothing to do: the clients are told to come back by themselves.',
    );
  });

  it('call all back only where all are, and say of how many where some can’t be followed', () => {
    const reconnect = { ...waveOf().reconnect, withinWindow: 0.8, early: 0.1, late: 0.1 };
    const line = (facts: Partial<Wave>) => wordsForWave(waveOf({ ...halfBack, ...facts })).evidence.join();
    expect(line({ reconnect })).toContain('100 % are back: 80 % within 1 to 5 s.');
    expect(line({ reconnect, closes: 150 })).toContain('100 % of the 120 clients that can be followed are back: 80 %');
    expect(line({ closes: 150 })).toContain('60 of the 120 clients that can be followed are back, 60 are still out');
  });

  it('do not say when half were back before half are', () => {
    const reconnect = { ...halfBack.reconnect, withinWindow: 0.44 };
    expect(wordsForWave(waveOf({ ...halfBack, reconnect })).evidence.join()).not.toContain('Half of them');
  });
});
