import type { DeployMarker } from '@closewatch/collector';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { connectionOf, lifeOf, wavesOf } from './connections.fixture.ts';

const seconds = (value: number) => value * 1000;

/** Waves of `connections` as known at `now` seconds. */
function wavesAt(now: number, connections: readonly Connection[], markers: readonly DeployMarker[] = []) {
  return wavesOf(connections, { now: seconds(now), markers });
}

/** Three instances of 1.8.1 go at 1000, 1020 and 1040 s; each one's successor gets its first connection 4 s later. */
function roll(from = '1.8.1', to = '1.8.2', at = 1000): Connection[] {
  return [0, 1, 2].flatMap(index => [
    ...lifeOf({ instance: `${from}-${index}`, version: from, opensAt: at - 900, sheds: at + index * 20 }),
    ...lifeOf({ instance: `${to}-${index}`, version: to, opensAt: at + index * 20 + 4 }),
  ]);
}

function marker(facts: Partial<DeployMarker> = {}): DeployMarker {
  const base = { id: 'm', service: 'gateway', environment: null, version: '1.8.2', finishedAt: null, link: null };
  return { ...base, startedAt: seconds(990), ...facts };
}

describe('a rolling deploy', () => {
  it('is one deploy wave from the old version to the new, with the times of its closes', () => {
    const [wave, ...others] = wavesAt(1200, roll());
    expect(others).toEqual([]);
    expect(wave).toMatchObject({
      kind: 'deploy_wave',
      service: 'gateway',
      environment: 'prod',
      confirmed: true,
      fromVersion: '1.8.1',
      toVersion: '1.8.2',
      startedAt: 1_000_000,
      detectedAt: 1_020_400,
      endedAt: 1_040_900,
      closes: 30,
      clients: 30,
      followed: 30,
      payloadBugs: 0,
      marker: null,
    });
    expect(wave?.codes).toEqual(new Map([[1012, 30]]));
    expect(wave?.instances[1]).toEqual({
      instance: '1.8.1-1',
      version: '1.8.1',
      startedAt: 1_020_000,
      halfGoneAt: 1_020_400,
      lastCloseAt: 1_020_900,
      openBefore: 10,
      closed: 10,
    });
  });

  it('is unknown at the first instance, provisional at the half of the second, and the same ever after', () => {
    const facts = roll();
    expect(wavesAt(1_020.3, facts)).toEqual([]);
    const late = facts.filter(connection => connection.serviceVersion === '1.8.1');
    expect(wavesAt(1_020.4, late)).toMatchObject([
      { kind: 'restart_wave', confirmed: false, startedAt: 1_000_000, detectedAt: 1_020_400, endedAt: null },
    ]);
    for (const now of [1_020.4, 1_050, 1_100, 1_101, 2_000]) {
      expect(wavesAt(now, facts)).toMatchObject([
        { kind: 'deploy_wave', startedAt: 1_000_000, detectedAt: 1_020_400, toVersion: '1.8.2' },
      ]);
    }
    expect(wavesAt(1_100, facts)[0]?.endedAt).toBeNull();
    expect(wavesAt(1_101, facts)[0]?.endedAt).toBe(1_040_900);
  });

  it('is the same whatever the order in which its connections are given', () => {
    const facts = roll();
    expect(wavesAt(1200, [...facts].reverse())).toEqual(wavesAt(1200, facts));
  });

  it('is seen in 1001 that the server sends with a minority of erased codes, which belong to it', () => {
    const facts = roll().map((connection, index) =>
      connection.closedAt === null
        ? connection
        : { ...connection, code: [1001, 1005, 1001, 1006, 1012, 1000, 1001][index % 7]! },
    );
    expect(wavesAt(1200, facts)).toMatchObject([{ kind: 'deploy_wave', closes: 30 }]);
  });

  it('has a first successor that is up before its predecessor goes', () => {
    const facts = [
      ...lifeOf({ instance: 'old', sheds: 1000 }),
      ...lifeOf({ instance: 'new', version: '1.8.2', opensAt: 940 }),
    ];
    expect(wavesAt(1200, facts)).toMatchObject([
      { kind: 'deploy_wave', fromVersion: '1.8.1', toVersion: '1.8.2', startedAt: 1_000_000, detectedAt: 1_000_400 },
    ]);
  });

  it('waits for the second instance where the whole fleet is younger than five minutes', () => {
    const facts = roll('1.8.1', '1.8.2', 1000).map(connection => ({
      ...connection,
      openedAt: Math.max(connection.openedAt ?? 0, seconds(960)),
    }));
    expect(wavesAt(1_010, facts)).toEqual([]);
    expect(wavesAt(1_020.4, facts)).toMatchObject([{ kind: 'deploy_wave', detectedAt: 1_020_400 }]);
  });

  it('heads for no version that an earlier deploy has left behind', () => {
    const young = (connection: Connection) => ({
      ...connection,
      openedAt: Math.max(connection.openedAt ?? 0, seconds(800)),
    });
    const earlier = roll('1.8.0', '1.8.1', 900).map(young);
    const gone = earlier.map(connection =>
      connection.serviceVersion === '1.8.1' ? { ...connection, closedAt: 1_000_000, code: 1012 } : connection,
    );
    expect(wavesAt(1_001, gone).map(wave => wave.toVersion)).toEqual(['1.8.1', null]);
  });

  it('is known by the version where instances keep their names', () => {
    const facts = [0, 1].flatMap(index => [
      ...lifeOf({ instance: `gateway-${index}`, sheds: 1000 + index * 20 }),
      ...lifeOf({ instance: `gateway-${index}`, version: '1.8.2', opensAt: 1000 + index * 20 + 4 }),
    ]);
    expect(wavesAt(1200, facts)).toMatchObject([{ kind: 'deploy_wave', toVersion: '1.8.2' }]);
  });

  it('is known by the version too when it goes back to the one before, on instances that keep their names', () => {
    const facts = [0, 1].flatMap(index => [
      ...lifeOf({ instance: `gateway-${index}`, sheds: 1000 + index * 20 }),
      ...lifeOf({
        instance: `gateway-${index}`,
        version: '1.8.2',
        opensAt: 1004 + index * 20,
        sheds: 1300 + index * 20,
      }),
      ...lifeOf({ instance: `gateway-${index}`, opensAt: 1304 + index * 20 }),
    ]);
    expect(wavesAt(1500, facts)).toMatchObject([
      { kind: 'deploy_wave', fromVersion: '1.8.1', toVersion: '1.8.2', startedAt: 1_000_000 },
      { kind: 'deploy_wave', fromVersion: '1.8.2', toVersion: '1.8.1', startedAt: 1_300_000 },
    ]);
  });

  it('begins a wave of its own when the next version follows closely', () => {
    const facts = [...roll('1.8.1', '1.8.2', 1000), ...roll('1.8.2', '1.9.0', 1060)].filter(
      // The second roll's predecessors are the first one's successors.
      connection => connection.serviceVersion !== '1.8.2' || connection.closedAt !== null,
    );
    const successors = [0, 1, 2].flatMap(index =>
      lifeOf({ instance: `1.8.2-${index}`, version: '1.8.2', opensAt: 1004 + index * 20, sheds: 1070 + index * 20 }),
    );
    const known = [...facts.filter(connection => connection.serviceVersion !== '1.8.2'), ...successors];
    expect(wavesAt(1300, known)).toMatchObject([
      { fromVersion: '1.8.1', toVersion: '1.8.2', startedAt: 1_000_000, endedAt: 1_040_900 },
      { fromVersion: '1.8.2', toVersion: '1.9.0', startedAt: 1_070_000, endedAt: 1_110_900 },
    ]);
  });

  it('leaves payload bugs out of its closes, and counts them beside', () => {
    const facts = roll().map(connection =>
      connection.id.endsWith('/3') && connection.closedAt !== null
        ? { ...connection, code: 1007, payloadBug: true }
        : connection,
    );
    expect(wavesAt(1200, facts)).toMatchObject([{ kind: 'deploy_wave', closes: 27, payloadBugs: 3 }]);
  });
});

describe('a restart', () => {
  const restart = [0, 1].flatMap(index => [
    ...lifeOf({ instance: `old-${index}`, sheds: 1000 + index * 20 }),
    ...lifeOf({ instance: `new-${index}`, opensAt: 1000 + index * 20 + 4 }),
  ]);

  it('without a marker and a change of version is a restart wave, confirmed once it is over', () => {
    expect(wavesAt(1050, restart)).toMatchObject([{ kind: 'restart_wave', confirmed: false, toVersion: null }]);
    expect(wavesAt(1250, restart)).toMatchObject([{ kind: 'restart_wave', confirmed: true, toVersion: null }]);
  });

  it.each([
    ['2 minutes before it', 1_120, 'deploy_wave'],
    ['more than 2 minutes before it', 1_120.001, 'restart_wave'],
    ['15 minutes after it', 100, 'deploy_wave'],
    ['more than 15 minutes after it', 99.999, 'restart_wave'],
  ])('that begins %s is as the marker says', (_when, at, kind) => {
    expect(wavesAt(1200, restart, [marker({ startedAt: seconds(at) })])[0]?.kind).toBe(kind);
  });

  it('takes no marker of another service or environment', () => {
    const others = [marker({ service: 'chat' }), marker({ environment: 'staging' })];
    expect(wavesAt(1200, restart, others)[0]?.kind).toBe('restart_wave');
    expect(wavesAt(1200, restart, [marker({ environment: 'prod' })])[0]).toMatchObject({
      kind: 'deploy_wave',
      toVersion: '1.8.2',
      marker: { startedAt: 990_000, version: '1.8.2' },
    });
  });

  it('of the only instance is a wave of the whole service', () => {
    expect(wavesAt(1200, lifeOf({ instance: 'only', sheds: 1000 }))).toMatchObject([
      { kind: 'restart_wave', detectedAt: 1_000_400 },
    ]);
  });
});

describe('what is no wave', () => {
  it('one instance of several', () => {
    const facts = [...lifeOf({ instance: 'a', sheds: 1000 }), ...lifeOf({ instance: 'b' })];
    expect(wavesAt(1200, facts)).toEqual([]);
  });

  it('two instances, further apart than a minute', () => {
    const facts = [
      ...lifeOf({ instance: 'a', sheds: 1000 }),
      ...lifeOf({ instance: 'b', sheds: 1061 }),
      ...lifeOf({ instance: 'c' }),
    ];
    expect(wavesAt(1200, facts)).toEqual([]);
  });

  it('tabs that close everywhere, with 1000 or with their own 1001', () => {
    const tabs = (codes: number[]) =>
      ['a', 'b'].flatMap(instance => lifeOf({ instance, sheds: 1000, codes, initiator: 'remote' }));
    expect(wavesAt(1200, tabs([1000]))).toEqual([]);
    expect(wavesAt(1200, tabs([1001]))).toEqual([]);
  });

  it('instances that shed half of their clients and live on', () => {
    const facts = ['a', 'b'].flatMap(instance => [
      ...lifeOf({ instance, sheds: 1000 }),
      ...lifeOf({ instance, count: 9 }),
      ...lifeOf({ instance, opensAt: 1003 }),
    ]);
    expect(wavesAt(1200, facts)).toEqual([]);
  });

  it('less than half of the connections', () => {
    const facts = ['a', 'b'].flatMap(instance => [
      ...lifeOf({ instance, count: 9, sheds: 1000 }),
      ...lifeOf({ instance, count: 10, opensAt: 1 }),
    ]);
    expect(wavesAt(1200, facts)).toEqual([]);
  });

  it('instances of two connections, of which half says nothing', () => {
    const facts = ['a', 'b', 'c'].flatMap(instance => lifeOf({ instance, count: 2, sheds: 1000 }));
    expect(wavesAt(1200, facts)).toEqual([]);
  });

  it('what only clients reported, since the instance is their own', () => {
    const facts = ['a', 'b'].flatMap(instance => lifeOf({ instance, sheds: 1000, initiator: 'remote' }));
    expect(
      wavesAt(
        1200,
        facts.map(connection => ({ ...connection, countedRole: 'client' })),
      ),
    ).toEqual([]);
  });
});

describe('the burst of one instance', () => {
  it('is found when tabs close all along on an instance that stays busy until it goes', () => {
    const busy = (instance: string, end: number) => [
      ...lifeOf({ instance, count: 20, sheds: end }),
      ...Array.from({ length: 40 }, (_, index) =>
        connectionOf({
          id: `${instance} tab ${index}`,
          instance,
          openedAt: seconds(500 + index * 10),
          closedAt: seconds(505 + index * 10),
          code: 1001,
          initiator: 'remote',
        }),
      ),
    ];
    expect(wavesAt(1200, [...busy('a', 1000), ...busy('b', 1020)])).toMatchObject([
      { startedAt: 1_000_000, detectedAt: 1_020_900, closes: 40 },
    ]);
  });
});
