import type { Wave } from '../wave.ts';

/** An instance of a wave that lost 4,144 connections within 5 s. */
export const instanceOf = (name: string, startedAt: number) => ({
  instance: name,
  version: '1.8.1',
  startedAt,
  halfGoneAt: startedAt + 1_000,
  lastCloseAt: startedAt + 5_000,
  openBefore: 4_144,
  closed: 4_144,
});

/** A deploy wave over three instances that is over, with whatever the test says of it. */
export function waveOf(facts: Partial<Wave> = {}): Wave {
  return {
    kind: 'deploy_wave',
    service: 'gateway',
    environment: 'prod',
    confirmed: true,
    fromVersion: '1.8.1',
    toVersion: '1.8.2',
    instances: [instanceOf('a', 1_000_000), instanceOf('b', 1_014_000), instanceOf('c', 1_028_000)],
    startedAt: 1_000_000,
    detectedAt: 1_015_000,
    endedAt: null,
    closes: 12_431,
    clients: 12_431,
    codes: new Map([
      [1012, 9_448],
      [1006, 1_243],
      [1005, 1_740],
    ]),
    orderly: 9_448,
    replacedAfter: 4,
    loops: [],
    cut: null,
    inferred: 0,
    reconnect: {
      p50: 2.1,
      p95: 4.4,
      withinWindow: 0.93,
      early: 0.05,
      late: 0.017,
      neverBack: 0.003,
      peakPerSecond: 410,
    },
    followed: 12_431,
    overdue: 37,
    failure: null,
    returnsOver: true,
    marker: { startedAt: 996_000, version: '1.8.2' },
    payloadBugs: 0,
    confidence: 0.999,
    ...facts,
  };
}
