import { describe, expect, it } from 'vitest';
import { instanceOf, waveOf } from './wave.fixture.ts';
import { wordsForWave } from './words-for-wave.ts';

const cut = {
  share: 0.34,
  instancesHit: 3,
  instancesUp: 3,
  again: [],
  youngest: 242,
  youngStayed: 61,
  noCode: 0,
  givenUp: 0,
  spread: 0.4,
  firstBack: 1.2,
};
const facts = {
  toVersion: null,
  marker: null,
  orderly: 0,
  closes: 900,
  clients: 900,
  codes: new Map([[1006, 900]]),
  instances: [instanceOf('a', 1_000_000), instanceOf('b', 1_000_100), instanceOf('c', 1_000_200)],
};

describe('the words for a proxy’s reload', () => {
  it('name the share, the timeout that shows in the ages, and the settings behind it', () => {
    const { headline, mend, evidence } = wordsForWave(waveOf({ ...facts, kind: 'proxy_reload', cut }));
    expect(headline).toBe('Proxy reload: 34 % of the connections of gateway were dropped');
    expect(mend).toMatch(
      /^Raise the time that the proxy gives its old workers, about 4 min 2 s now \(worker_shutdown_timeout of nginx/,
    );
    expect(evidence.slice(0, 3)).toEqual([
      '900 connections on 3 of 3 instances broke off, most of them within 0.4 s; 100 % say 1006.',
      'None of them was younger than 4 min 2 s; 61 connections that were stayed.',
      'A tenth of them were made up for by new connections after 1.2 s.',
    ]);
  });

  it('say how often it came again, and how long after', () => {
    const { headline, evidence } = wordsForWave(
      waveOf({ ...facts, kind: 'proxy_reload', cut: { ...cut, again: [240] } }),
    );
    expect(headline).toBe('Proxy reload: 34 % of the connections of gateway were dropped, 2 times');
    expect(evidence).toContain('It came again after 4 min.');
  });
});

describe('the words for a network drop', () => {
  const drop = { ...cut, youngStayed: 0, youngest: 3, givenUp: 0.4, spread: 6, firstBack: 18 };

  it('tell what speaks for the network and against a restart and a proxy', () => {
    const { headline, evidence, dismissed } = wordsForWave(waveOf({ ...facts, kind: 'network_drop', cut: drop }));
    expect(headline).toBe('Network drop: 34 % of the connections of gateway broke off on 3 instances');
    expect(evidence.slice(1, 3)).toEqual([
      '40 % were given up by the server itself, as one does when a ping stays without an answer.',
      'A tenth of them were made up for by new connections after 18 s.',
    ]);
    expect(dismissed).toContain(
      'A restart: the instances took new connections without a pause, or kept some of theirs.',
    );
  });

  it('name the instance where it is only one, and say when nobody is back', () => {
    const lone = { ...drop, instancesHit: 1, firstBack: null };
    const words = wordsForWave(
      waveOf({ ...facts, kind: 'network_drop', cut: lone, instances: [instanceOf('a', 1_000_000)] }),
    );
    expect(words.headline).toMatch(/broke off on a$/);
    expect(words.evidence).toContain('Not a tenth of them were made up for by new connections so far.');
  });
});
