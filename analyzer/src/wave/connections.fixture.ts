import type { DeployMarker } from '@closewatch/collector';
import type { Connection } from '../connection.ts';
import type { CountedConnection } from '../facts/merge-connection.ts';
import { DEFAULT_WAVE_SETTINGS, type Wave } from '../wave.ts';
import { ServiceClients } from './service-clients.ts';
import { ServiceProcesses } from './service-processes.ts';
import { WaveFinder } from './wave-finder.ts';

/** A connection of the service `gateway`, open since the epoch, with whatever the test says of it. */
export function connectionOf(facts: Partial<Connection> & Pick<Connection, 'id'>): Connection {
  return {
    countedRole: 'server',
    service: 'gateway',
    environment: 'prod',
    serviceVersion: '1.8.1',
    instance: 'gateway-1',
    region: null,
    urlTemplate: null,
    urlPath: '/live',
    subprotocol: null,
    clientName: 'desktop',
    clientVersion: '5.1.9',
    clientId: null,
    openedAt: 0,
    closedAt: null,
    code: null,
    initiator: null,
    payloadBug: false,
    payloadDefect: null,
    payloadSignature: null,
    payloadOffset: null,
    payloadSize: null,
    payloadSender: null,
    payloadMessageIndex: null,
    backAt: null,
    ...facts,
  };
}

/** One instance's life in seconds: `count` connections open, then from `sheds` on one of them closes every 100 ms. */
export interface InstanceLife {
  instance: string;
  version?: string | null;
  count?: number;
  opensAt?: number;
  sheds?: number;
  /** Codes in turn; 1012 by default. */
  codes?: readonly number[];
  initiator?: Connection['initiator'];
  /** Seconds from each close to its client's return, in turn. */
  returns?: readonly (number | null)[];
}

export function lifeOf(life: InstanceLife): Connection[] {
  const { instance, version = '1.8.1', count = 10, opensAt = 0, sheds, codes = [1012], initiator = 'local' } = life;
  const returns = life.returns ?? [2];
  return Array.from({ length: count }, (_, index) => {
    const closedAt = sheds === undefined ? null : sheds * 1000 + index * 100;
    const back = returns[index % returns.length] ?? null;
    return connectionOf({
      id: `${instance}/${version}/${opensAt}/${index}`,
      instance,
      serviceVersion: version,
      clientId: `client ${instance} ${opensAt} ${index}`,
      openedAt: opensAt * 1000 + index,
      closedAt,
      code: closedAt === null ? null : (codes[index % codes.length] ?? null),
      initiator: closedAt === null ? null : initiator,
      backAt: closedAt === null || back === null ? null : closedAt + back * 1000,
    });
  });
}

/** The waves of `connections` at one time after another (epoch milliseconds), as one finds them who hears of each open and close then. */
export function watched(connections: readonly Connection[]): (now: number) => Wave[] {
  const processes = new ServiceProcesses();
  const facts = { service: 'gateway', environment: 'prod', processes, clients: new ServiceClients(processes) };
  const finder = new WaveFinder(facts, DEFAULT_WAVE_SETTINGS);
  const tell = (before: CountedConnection | null, after: CountedConnection) => {
    facts.processes.replace(before, after);
    facts.clients.replace(before, after);
  };
  const news = connections
    .flatMap(connection => {
      const whole = countedOf(connection);
      const open = countedOf({ ...connection, closedAt: null, code: null, initiator: null, backAt: null });
      const close = connection.closedAt === null ? [] : [{ time: connection.closedAt, before: open, after: whole }];
      return [{ time: connection.openedAt!, before: null, after: open }, ...close];
    })
    .sort((a, b) => a.time - b.time);
  let next = 0;
  return now => {
    for (; next < news.length && news[next]!.time <= now; next += 1) tell(news[next]!.before, news[next]!.after);
    return finder.waves(now, []);
  };
}

/** The waves at the last of these times, by one who hears of a part of it all before each of them, and looks. */
export function toldInTurn(news: readonly (Connection | Sample)[], looks: readonly number[]): Wave[] {
  const processes = new ServiceProcesses();
  const facts = { service: 'gateway', environment: 'prod', processes, clients: new ServiceClients(processes) };
  const finder = new WaveFinder(facts, DEFAULT_WAVE_SETTINGS);
  let waves: Wave[] = [];
  for (const [index, now] of looks.entries()) {
    const [from, to] = [index, index + 1].map(part => Math.floor((news.length * part) / looks.length));
    for (const one of news.slice(from, to)) {
      if ('connections' in one)
        processes.ofInstance(one.instance, '1.8.1').addSample(one.time, one.connections, one.time);
      else {
        processes.replace(null, countedOf(one));
        facts.clients.replace(null, countedOf(one));
      }
    }
    waves = finder.waves(now, []);
  }
  return waves;
}

/** What the gauge of an instance of 1.8.1 said; epoch milliseconds. */
export interface Sample {
  instance: string;
  time: number;
  connections: number;
}

/** The waves of `connections` as known at `now` (epoch milliseconds), found from nothing. */
export function wavesOf(
  connections: readonly Connection[],
  { now, markers = [], samples = [] }: { now: number; markers?: readonly DeployMarker[]; samples?: readonly Sample[] },
): Wave[] {
  const processes = new ServiceProcesses();
  const clients = new ServiceClients(processes);
  for (const connection of connections) {
    processes.replace(null, countedOf(connection));
    clients.replace(null, countedOf(connection));
  }
  for (const { instance, time, connections: open } of samples)
    processes.ofInstance(instance, '1.8.1').addSample(time, open, time);
  const facts = { service: 'gateway', environment: 'prod', processes, clients };
  return new WaveFinder(facts, DEFAULT_WAVE_SETTINGS).waves(now, markers);
}

/** A connection whose server has told of its open, and of its close where anybody is known to have begun that; else its client has. */
function countedOf(connection: Connection): CountedConnection {
  const { openedAt, closedAt } = connection;
  return {
    connection,
    exposedFrom: openedAt,
    openSeen: openedAt !== null,
    openWeight: 1,
    closeWeight: 1,
    bugTrusted: true,
    spoke: [openedAt, connection.initiator === null ? null : closedAt].filter(time => time !== null),
    firstTime: openedAt ?? closedAt ?? 0,
  };
}
