import { describe, expect, it } from 'vitest';
import { waveOf } from './wave.fixture.ts';
import { wordsForWave } from './words-for-wave.ts';

const KILLED = {
  reconnect: { p50: 2.1, p95: 4.4, withinWindow: 0.93, early: 0.03, late: 0, neverBack: 0.04, peakPerSecond: 410 },
  fromVersion: '1.8.1',
  toVersion: null,
  marker: null,
  orderly: 0,
  closes: 500,
  clients: 500,
  followed: 500,
  overdue: 0,
  codes: new Map([[1006, 500]]),
};
const lost = (instance: string, startedAt: number) => ({
  instance,
  version: '1.8.1',
  startedAt,
  halfGoneAt: startedAt + 200,
  lastCloseAt: startedAt + 600,
  openBefore: 500,
  closed: 500,
});

describe('the words for an unexpected restart', () => {
  const restart = waveOf({
    ...KILLED,
    kind: 'unexpected_restart',
    instances: [lost('gateway-7', 1_000_000)],
    replacedAfter: 12,
  });

  it('name the instance, what it lost, what came in its place, and where the reason is found', () => {
    expect(wordsForWave(restart)).toEqual({
      headline: 'Unexpected restart in gateway: instance gateway-7 went without a word',
      mend: 'See why gateway-7 (1.8.1) ended: the last lines of its log, its memory limit (OOMKilled, exit code 137), its node.',
      evidence: [
        'gateway-7 lost all of its 500 connections within 0.6 s.',
        'No close says 1012 or 1001: 100 % broke off (1006).',
        'The next connection in its place opened 12 s later.',
        '480 of 500 were back 5 minutes after the last close, 20 were not: 93 % within 1 to 5 s.',
        'Half of them were back after 2.1 s.',
        'At most 410 opens in a second.',
      ],
      dismissed: [
        'A payload bug under the wave: none beside 500 closes.',
        'A deploy: no instance of another version took its place, and no marker lies within -2 to +15 minutes.',
        'A rolling restart: no other instance followed in order.',
        'A network drop: nothing opened on the instance after it, or only once it had started again.',
      ],
    });
  });

  it('say so while nothing has taken its place', () => {
    expect(wordsForWave({ ...restart, replacedAfter: null }).evidence).toContain('Nothing has taken its place so far.');
  });

  it('count the instances where several went', () => {
    const several = { ...restart, instances: [lost('a', 1_000_000), lost('b', 1_005_000)] };
    expect(wordsForWave(several).headline).toBe('Unexpected restart in gateway: 2 instances went without a word');
  });
});

describe('the words for a crash loop', () => {
  const loop = waveOf({
    ...KILLED,
    kind: 'crash_loop',
    instances: [1_000_000, 1_030_000, 1_070_000].map(at => lost('gateway-7', at)),
    loops: [{ instance: 'gateway-7', version: '1.8.1', restarts: 3, pauses: [10, 20.2] }],
  });

  it('tell how often it ended and after which pauses it was back', () => {
    const { headline, mend, evidence } = wordsForWave(loop);
    expect(headline).toBe('Crash loop in gateway 1.8.1: gateway-7 ended 3 times');
    expect(mend).toBe('See why 1.8.1 ends: the last lines of its log, its memory limit, its probes.');
    expect(evidence[0]).toBe('gateway-7 ended 3 times; it was back after 10 s, 20 s.');
  });

  it('advise to stop the roll where a deploy brought the version that can’t stay up', () => {
    const deployed = { ...loop, fromVersion: '1.8.0', toVersion: '1.8.1' };
    expect(wordsForWave(deployed).mend).toMatch(/^Stop the roll, or take 1.8.1 back. /);
    expect(wordsForWave(deployed).evidence[0]).toBe('The version changes from 1.8.0 to 1.8.1.');
  });
});
