import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { connectionOf, lifeOf, type Sample, watched, wavesOf } from './connections.fixture.ts';

const seconds = (value: number) => value * 1000;
const at = (now: number, connections: readonly Connection[], samples: readonly Sample[] = []) =>
  wavesOf(connections, { now: seconds(now), samples });

/** A server with 20 connections that was killed: its last word is from second 999, and no close is ever told. */
const killed = [
  ...lifeOf({ instance: 'a', count: 20 }),
  connectionOf({
    id: 'last word',
    instance: 'a',
    openedAt: seconds(990),
    closedAt: seconds(999),
    code: 1000,
    initiator: 'remote',
  }),
];
const others = [...lifeOf({ instance: 'b' }), ...lifeOf({ instance: 'c' })];

/** The clients of the killed server, back on the others one after another from `from` on. */
function returnsTo(instance: string, from: number, count = 20): Connection[] {
  return Array.from({ length: count }, (_, index) =>
    connectionOf({
      id: `back ${index}`,
      instance,
      clientId: `client a 0 ${index}`,
      openedAt: seconds(from + index * 0.1),
    }),
  );
}

/** Samples every 10 s from second 900 until before `until`. */
function gauge(instance: string, until: number, connectionsAt: (time: number) => number): Sample[] {
  return Array.from({ length: Math.ceil((until - 900) / 10) }, (_, index) => ({
    instance,
    time: seconds(900 + index * 10),
    connections: connectionsAt(900 + index * 10),
  }));
}

describe('a server that is killed and tells nothing', () => {
  it('is known by its clients, who open others while theirs are open as far as it told', () => {
    const facts = [...killed, ...others, ...returnsTo('b', 1_002)];
    expect(at(1_002.5, facts)).toEqual([]);
    expect(at(1_020, facts)).toMatchObject([
      { kind: 'unexpected_restart', startedAt: 999_000, closes: 20, inferred: 20, codes: new Map([[1006, 20]]) },
    ]);
  });

  it('is known by them too where it comes back with its name, and they to it', () => {
    const facts = [...killed, ...others, ...returnsTo('a', 1_008)];
    expect(at(1_030, facts)).toMatchObject([{ kind: 'unexpected_restart', confirmed: true, inferred: 20 }]);
  });

  it('is known by the few clients that tell of their own closes', () => {
    const told = killed.map((connection, index) =>
      index < 5 ? { ...connection, closedAt: seconds(1_000) + index, code: 1006 } : connection,
    );
    expect(at(1_020, [...told, ...others])).toMatchObject([
      { kind: 'unexpected_restart', startedAt: 1_000_000, closes: 20, inferred: 15 },
    ]);
  });

  it('is known by its gauge that stops while those of the others go on', () => {
    const unknown = killed.map(connection => ({ ...connection, clientId: null }));
    const samples = [...gauge('a', 1_000, () => 20), ...gauge('b', 1_100, () => 10), ...gauge('c', 1_100, () => 10)];
    expect(at(1_015, [...unknown, ...others], samples)).toEqual([]);
    expect(at(1_060, [...unknown, ...others], samples)).toMatchObject([{ kind: 'unexpected_restart', inferred: 20 }]);
  });

  it('is known by its gauge that falls without closes where it comes back with its name', () => {
    const unknown = [...killed, ...lifeOf({ instance: 'a', count: 3, opensAt: 1_012 })].map(connection => ({
      ...connection,
      clientId: null,
    }));
    const samples = gauge('a', 1_100, time => (time < 1_000 ? 20 : time < 1_015 ? 0 : 3));
    expect(at(1_060, [...unknown, ...others], samples)).toMatchObject([{ kind: 'unexpected_restart', inferred: 20 }]);
  });

  it('is known by its gauge where all of its connections are older than the record', () => {
    const samples = [...gauge('a', 1_000, () => 20), ...gauge('b', 1_100, () => 10)];
    expect(at(1_060, others, samples)).toMatchObject([{ kind: 'unexpected_restart', closes: 20, inferred: 20 }]);
  });
});

describe('a server that lives', () => {
  it('is not taken for dead when it tells later of what its clients had left behind', () => {
    const late = killed.map((connection, index) =>
      index < 20
        ? { ...connection, closedAt: seconds(1_030 + index * 0.1), code: 1006, initiator: 'local' as const }
        : connection,
    );
    const watching = watched([...late, ...others, ...returnsTo('b', 1_002)]);
    for (let now = 1_000; now < 1_200; now += 1) watching(seconds(now));
    expect(watching(seconds(1_200)).filter(({ inferred }) => inferred > 0)).toEqual([]);
  });

  it('is not taken for dead because clients open second tabs', () => {
    expect(at(1_200, [...killed, ...others, ...returnsTo('b', 1_002, 6)])).toEqual([]);
  });

  it('is not taken for dead when no gauge comes any more', () => {
    const samples = ['a', 'b', 'c'].flatMap(instance => gauge(instance, 1_000, () => 10));
    const quiet = [...lifeOf({ instance: 'a' }), ...others];
    expect(at(1_200, quiet, samples)).toEqual([]);
  });

  it('is not taken for dead when it has shed its connections in order before its gauge stops', () => {
    const samples = [...gauge('a', 1_000, () => 10), ...gauge('b', 1_200, () => 10)];
    const facts = [...lifeOf({ instance: 'a', sheds: 999 }), ...others];
    expect(at(1_200, facts, samples)).toEqual([]);
  });
});
