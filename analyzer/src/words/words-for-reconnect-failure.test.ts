import { describe, expect, it } from 'vitest';
import { findFailure } from '../reconnect/find-failure.ts';
import { lifeOf, wavesOf } from '../wave/connections.fixture.ts';
import type { Wave } from '../wave.ts';
import { wordsForReconnectFailure } from './words-for-reconnect-failure.ts';

/** A roll of two instances with 20 clients each; `returns` are their ways back in turn. */
function waveWith(returns: readonly (number | null)[], codes = [1012], now = 1_400_000): Wave {
  const connections = [0, 1].flatMap(index => [
    ...lifeOf({ instance: `old-${index}`, count: 20, sheds: 1000 + index * 10, returns, codes }),
    ...lifeOf({ instance: `new-${index}`, version: '1.8.2', opensAt: 1004 + index * 10 }),
  ]);
  return wavesOf(connections, { now })[0]!;
}

const wordsFor = (wave: Wave, cohort: { attribute: string; value: string }[] = []) =>
  wordsForReconnectFailure({ wave, failure: wave.failure!, cohort, alsoPossible: [] });

describe('the words of clients that do not come back', () => {
  it('say how many of how many, since which wave, how seldom chance does it, and where to look', () => {
    expect(wordsFor(waveWith([null, 2]))).toEqual({
      headline: '20 of 40 clients of gateway are not back after the deploy wave of 1.8.2',
      mend: 'See what answers the handshakes of those that try, and whether the others try at all.',
      evidence: [
        '20 of 40 clients that were cut off 90 s ago or longer are out; the usual leaving (2 %) would be 0.8.',
        'They were cut off by the deploy wave of 1.8.2, which began at 00:16:40 UTC and closed 40 connections.',
        '50 % were back within a minute; half of them after 2 s.',
        '100 % of those that are out were closed with 1012.',
      ],
      dismissed: ['Usual leaving: less than 1 in 1,000,000,000 waves would have so many by it.'],
    });
  });

  it('name the cohort, and look at how it reconnects', () => {
    const words = wordsFor(waveWith([null, 2]), [{ attribute: 'websocket.client.version', value: '5.1.9' }]);
    expect(words.headline).toBe(
      '20 of 40 clients of gateway are not back after the deploy wave of 1.8.2, most of them client 5.1.9',
    );
    expect(words.mend).toContain('See how client 5.1.9 reconnects');
    expect(words.evidence).toContain('20 of the 20 are client 5.1.9, 100 % of the clients.');
  });

  it('look at the instances where nearly all are out', () => {
    expect(wordsFor(waveWith([null])).mend).toContain('whether the instances listen');
  });

  it('ask for 1012 where those that stay away were closed with 1000', () => {
    const { mend } = wordsFor(waveWith([2, 2, null], [1012, 1012, 1000]));
    expect(mend).toBe('Close with 1012 when a server restarts: many clients take 1000 for the end, and stay away.');
  });

  it('say what it was once they are back, and that it is over once nobody looks any more', () => {
    const late = waveWith([200, 2], [1012], 2_000_000);
    expect(late.failure?.endedAt).not.toBeNull();
    expect(wordsFor(late).headline).toBe('Clients of gateway were slow to come back after the deploy wave of 1.8.2');
    expect(wordsFor(waveWith([null, 2], [1012], 4_000_000)).headline).toContain('20 of 40 clients of gateway did not');
  });

  it('say where no client can be told from another', () => {
    const wave = waveWith([null, 2]);
    const closes = wave.failure!.clients.map(close => ({ ...close, clientId: null }));
    const failure = findFailure(closes, {
      now: 1_400_000,
      neverBack: 0.05,
      leavingAnyway: 0,
      firstOpenAt: null,
      usualPerSecond: 0,
    })!;
    const anonymous = { ...wave, failure, reconnect: { ...wave.reconnect, basis: 'aggregate' as const } };
    expect(wordsFor(anonymous).evidence).toContain(
      'There are no client ids: opens are set against closes, so that only numbers are known.',
    );
  });
});
