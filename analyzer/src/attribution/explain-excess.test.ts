import { describe, expect, it } from 'vitest';
import type { Connection } from '../connection.ts';
import { randomFrom } from '../event.fixture.ts';
import { connectionOf } from '../wave/connections.fixture.ts';
import { expectedBugs } from './expected-bugs.ts';
import { explainExcess } from './explain-excess.ts';

const term = (attribute: string, value: string) => ({ attribute, value });
const client520 = term('websocket.client.version', '5.2.0');

interface Client {
  version: string;
  name?: string;
  region?: string;
  path?: string;
}

const pick = <Value>(random: () => number, values: readonly Value[]): Value =>
  values[Math.floor(random() * values.length)]!;

function closedWithBug(connection: Connection, closedAt: number): Connection {
  return { ...connection, closedAt, code: 1007, payloadBug: true, payloadDefect: 'invalid_utf8' };
}

/** One connection a client on one of four instances of 1.8.1; `fails` says whose connection ends in a bug. */
function fleet(seed: number, clients: readonly Client[], fails: (client: Client, random: () => number) => boolean) {
  const random = randomFrom(seed);
  const population = clients.map((client, index) => {
    const connection = connectionOf({
      id: `${index}`,
      clientId: `c-${index}`,
      clientName: client.name ?? pick(random, ['desktop', 'mobile']),
      clientVersion: client.version,
      region: client.region ?? pick(random, ['eu-west-1', 'us-east-1', 'ap-south-1']),
      urlPath: client.path ?? pick(random, ['/live', '/chat']),
      instance: pick(random, ['i1', 'i2', 'i3', 'i4']),
    });
    return fails(client, random) ? closedWithBug(connection, 1_000_000 + index * 100) : connection;
  });
  return { population, bugs: population.filter(connection => connection.payloadBug) };
}

/** 240 clients, 40 of them with version 5.2.0. */
const clients: Client[] = Array.from({ length: 240 }, (_, index) => ({
  version: index < 40 ? '5.2.0' : (['5.1.9', '5.1.8', '5.1.7'][index % 3] as string),
}));
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('explainExcess', () => {
  it.each(SEEDS)('names the client version that sends it while others make a low noise (seed %i)', seed => {
    const { bugs, population } = fleet(seed, clients, (client, random) =>
      client.version === '5.2.0' ? random() < 0.9 : random() < 0.02,
    );
    expect(explainExcess(bugs, population)).toEqual({ cohort: [client520], alsoPossible: [] });
  });

  it.each(SEEDS)('names the client version through a rolling deploy that moves everybody (seed %i)', seed => {
    const random = randomFrom(seed);
    const population = clients.flatMap((client, index) => {
      const step = index % 4;
      const drainedAt = 1_000_000 + step * 15_000;
      const facts = { clientId: `c-${index}`, clientVersion: client.version, urlPath: '/live' };
      const old = connectionOf({
        ...facts,
        id: `${index} old`,
        instance: `old-${step}`,
        closedAt: drainedAt,
        code: 1012,
      });
      const moved = connectionOf({
        ...facts,
        id: `${index} new`,
        instance: `new-${Math.floor(random() * (step + 1))}`,
        serviceVersion: '1.8.2',
        openedAt: drainedAt + 2_000,
      });
      if (client.version !== '5.2.0') return [old, moved];
      // The bug comes with the first message, so nearly always on the new version; some retry.
      const retry = { ...moved, id: `${index} retry`, openedAt: drainedAt + 5_000 };
      return [old, closedWithBug(moved, drainedAt + 2_100), closedWithBug(retry, drainedAt + 5_100)];
    });
    const bugs = population.filter(connection => connection.payloadBug);
    expect(explainExcess(bugs, population).cohort).toEqual([client520]);
  });

  it('prefers the version alone where name and version coincide, and says that the name is as likely', () => {
    const named = clients.map(client => ({ ...client, name: client.version === '5.2.0' ? 'beta' : 'desktop' }));
    const { bugs, population } = fleet(1, named, client => client.version === '5.2.0');
    expect(explainExcess(bugs, population)).toEqual({
      cohort: [client520],
      alsoPossible: [[term('websocket.client.name', 'beta')]],
    });
  });

  it('names the name too where another application has the same version', () => {
    const mixed = clients.map((_client, index) => ({
      version: index % 2 === 0 ? '5.2.0' : '5.1.9',
      name: index % 3 === 0 ? 'desktop' : 'mobile',
    }));
    const { bugs, population } = fleet(2, mixed, client => client.version === '5.2.0' && client.name === 'desktop');
    expect(explainExcess(bugs, population).cohort).toEqual([client520, term('websocket.client.name', 'desktop')]);
  });

  it('names a region, and a path, where it is those', () => {
    const spread = clients.map((client, index) => ({
      ...client,
      version: '5.1.9',
      region: ['eu-west-1', 'us-east-1', 'ap-south-1'][index % 3]!,
      path: ['/live', '/chat', '/feed', '/edit'][index % 4]!,
    }));
    const inRegion = fleet(3, spread, client => client.region === 'eu-west-1');
    expect(explainExcess(inRegion.bugs, inRegion.population).cohort).toEqual([term('cloud.region', 'eu-west-1')]);
    const onPath = fleet(3, spread, client => client.path === '/edit');
    expect(explainExcess(onPath.bugs, onPath.population).cohort).toEqual([term('url.path', '/edit')]);
  });

  it('finds the version under a background of other bugs when it is told what to expect', () => {
    const { bugs, population } = fleet(4, [...clients, ...clients, ...clients], (client, random) =>
      client.version === '5.2.0' ? random() < 0.9 : random() < 0.15,
    );
    const background = 720 * 0.15;
    expect(explainExcess(bugs, population, background).cohort).toEqual([client520]);
  });

  it('takes what is expected for clients, as the baseline counts: the retries of the sick do not enlarge it', () => {
    // 40 sick clients of 5.2.0 that try five times, and 30 of others once: the baseline expects the 30.
    const strays = clients.filter(({ version }) => version !== '5.2.0').slice(0, 30);
    const { bugs, population } = fleet(6, clients, client => client.version === '5.2.0' || strays.includes(client));
    const retries = bugs
      .filter(bug => bug.clientVersion === '5.2.0')
      .flatMap(bug => [1, 2, 3, 4].map(time => ({ ...bug, id: `${bug.id} again ${time}` })));
    const all = [
      [...bugs, ...retries],
      [...population, ...retries],
    ] as const;
    expect(explainExcess(...all, 30).cohort).toEqual([client520]);
    expect(explainExcess(...all, 0).cohort).toEqual([]);
  });

  it('is empty where no more came than was expected', () => {
    const { bugs, population } = fleet(6, clients, client => client.version === '5.2.0');
    expect(explainExcess(bugs, population, bugs.length).cohort).toEqual([]);
  });

  it('counts clients: one in a retry loop does not make a cohort of its version', () => {
    const { bugs, population } = fleet(5, clients, (_client, random) => random() < 0.05);
    const loops = Array.from({ length: 200 }, (_, index) =>
      closedWithBug(connectionOf({ id: `loop ${index}`, clientId: 'c-0', clientVersion: '5.2.0' }), 1_000_000 + index),
    );
    expect(explainExcess([...bugs, ...loops], [...population, ...loops]).cohort).toEqual([]);
  });

  it.each(SEEDS)('is empty where everybody is hit alike (seed %i)', seed => {
    const { bugs, population } = fleet(seed, clients, (_client, random) => random() < 0.2);
    expect(explainExcess(bugs, population)).toEqual({ cohort: [], alsoPossible: [] });
  });

  it('is empty without bugs, and where all connections are the same', () => {
    expect(explainExcess([], [])).toEqual({ cohort: [], alsoPossible: [] });
    const same = Array.from({ length: 20 }, (_, index) => connectionOf({ id: `${index}`, clientId: `c-${index}` }));
    const bugs = same.slice(0, 10).map(connection => closedWithBug(connection, 1_000_000));
    expect(explainExcess(bugs, same)).toEqual({ cohort: [], alsoPossible: [] });
  });

  it('does not name who has as many as ever, but who has them now', () => {
    // The twenty beta clients always have bugs, twenty in a while; now twenty others on /edit have them too.
    const mixed = clients.map((_client, index) => ({
      version: ['5.1.9', '5.1.8', '5.1.7'][Math.floor(index / 12) % 3]!,
      name: index % 12 === 0 ? 'beta' : 'desktop',
      path: ['/live', '/chat', '/edit'][index % 3]!,
    }));
    const sick = new Set(mixed.filter((_client, index) => index % 12 === 0 || index % 12 === 2));
    const { bugs, population } = fleet(7, mixed, client => sick.has(client as (typeof mixed)[number]));
    const before = bugs
      .filter(bug => bug.clientName === 'beta')
      .map(bug => ({ ...bug, id: `${bug.id} before`, closedAt: 900_000 }));
    const named = (earlier: readonly Connection[]) =>
      explainExcess(bugs, population, before.length, expectedBugs, earlier).cohort;
    expect(before).toHaveLength(20);
    expect(named(before)).toEqual([term('url.path', '/edit')]);
    expect(named([])).toEqual([term('websocket.client.name', 'beta')]);
  });
});
