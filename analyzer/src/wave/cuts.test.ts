import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { connectionOf, lifeOf, watched, wavesOf } from './connections.fixture.ts';

const seconds = (value: number) => value * 1000;
const at = (now: number, connections: readonly Connection[]) => wavesOf(connections, { now: seconds(now) });

interface Part {
  count: number;
  opensAt?: number;
  /** Seconds; none where they stay. */
  closesAt?: number;
  code?: number;
  within?: number;
  backAfter?: number;
}

/** Connections of three instances that live on, each with the same parts. */
function fleet(parts: readonly Part[]): Connection[] {
  return ['a', 'b', 'c'].flatMap(instance =>
    parts.flatMap(({ count, opensAt = 0, closesAt, code = 1006, within = 0.4, backAfter = 2 }, part) =>
      Array.from({ length: count }, (_, index) => {
        const share = index / count;
        const closedAt = closesAt === undefined ? null : seconds(closesAt + share * within);
        const one = {
          id: `${instance} ${part} ${index}`,
          instance,
          clientId: `client ${instance} ${part} ${index}`,
          openedAt: seconds(opensAt + share * 10),
        };
        const closed = closedAt === null ? {} : { closedAt, code, initiator: 'transport' as const };
        const back =
          closedAt === null
            ? []
            : [connectionOf({ ...one, id: `${one.id} back`, openedAt: closedAt + seconds(backAfter + share) })];
        return [connectionOf({ ...one, ...closed }), ...back];
      }).flat(),
    ),
  );
}

describe('connections that break off within seconds on instances that live on', () => {
  const networkDrop = fleet([
    { count: 20, closesAt: 1000, within: 5, backAfter: 15 },
    { count: 10, opensAt: 900, closesAt: 1001, within: 5, backAfter: 15 },
    { count: 30 },
    { count: 10, opensAt: 900 },
  ]);

  it('are a network drop where clients of any age have to wait for it', () => {
    const [wave, ...others] = at(1_100, networkDrop);
    expect(others).toEqual([]);
    expect(wave).toMatchObject({
      kind: 'network_drop',
      startedAt: 1_000_000,
      closes: 90,
      toVersion: null,
      confirmed: true,
    });
    expect(wave?.cut).toMatchObject({ instancesHit: 3, instancesUp: 3, noCode: 0 });
    expect(wave?.cut?.share).toBeCloseTo(90 / 210);
    expect(wave?.cut?.firstBack).toBeGreaterThan(10);
  });

  it('are a proxy’s reload where none was younger than its timeout, and the clients are back at once', () => {
    const reload = fleet([{ count: 20, closesAt: 1000 }, { count: 20 }, { count: 10, opensAt: 800 }]);
    const [wave, ...others] = at(1_100, reload);
    expect(others).toEqual([]);
    expect(wave).toMatchObject({ kind: 'proxy_reload', startedAt: 1_000_000, closes: 60 });
    expect(wave?.cut?.youngStayed).toBe(30);
    expect(wave?.cut?.youngest).toBeGreaterThan(900);
  });

  it('are so too where the proxy closes with frames that have no code', () => {
    const reload = fleet([{ count: 20, closesAt: 1000, code: 1005 }, { count: 20 }]);
    expect(at(1_100, reload).map(({ kind }) => kind)).toEqual(['proxy_reload']);
  });

  it('are one wave when a like share goes again a few minutes later', () => {
    const rolled = fleet([{ count: 20, closesAt: 1000 }, { count: 20, closesAt: 1240 }, { count: 20 }]);
    expect(at(1_400, rolled)).toMatchObject([{ kind: 'proxy_reload', closes: 120, cut: { again: [240] } }]);
  });

  it('are known at once, provisionally, and not changed by what comes later', () => {
    const watching = watched(networkDrop);
    expect(watching(seconds(1_000))).toEqual([]);
    const [first] = watching(seconds(1_002));
    expect(first).toMatchObject({ startedAt: 1_000_000, endedAt: null });
    for (const now of [1_010, 1_030, 1_070, 1_300]) {
      const known = watching(seconds(now));
      expect(known).toEqual(at(now, networkDrop));
      expect(known).toMatchObject([{ startedAt: first!.startedAt, detectedAt: first!.detectedAt }]);
    }
  });
});

describe('what is no cut', () => {
  it('everybody who leaves with 1005 and does not come back', () => {
    const leaving = fleet([{ count: 20, closesAt: 1000, code: 1005, within: 8, backAfter: 5_000 }, { count: 20 }]);
    expect(at(1_100, leaving)).toEqual([]);
  });

  it('a few phones, at the pace that they always have', () => {
    const phones = Array.from({ length: 400 }, (_, index) =>
      connectionOf({
        id: `phone ${index}`,
        instance: 'abc'[index % 3]!,
        openedAt: seconds(1 + index),
        closedAt: seconds(400 + index * 1.5),
        code: 1006,
        initiator: 'transport',
      }),
    );
    expect(at(1_100, [...phones, ...fleet([{ count: 20 }])])).toEqual([]);
  });

  it('instances that end in order while a proxy erases some of what they say', () => {
    const roll = ['a', 'b', 'c'].flatMap((name, index) => [
      ...lifeOf({ instance: name, count: 30, sheds: 1000 + index * 20, codes: [1012, 1006, 1005] }),
      ...lifeOf({ instance: `${name}2`, count: 30, version: '1.8.2', opensAt: 1004 + index * 20 }),
    ]);
    for (const now of [1_002, 1_010, 1_023, 1_200])
      expect(at(now, roll).filter(({ kind }) => kind !== 'deploy_wave')).toEqual([]);
  });
});
