import type { Connection } from '../connection.ts';
import { connectionOf } from './connections.fixture.ts';

/** A rolling deploy as a balancer and clients that reconnect make it. Seconds. */
export interface Roll {
  random: () => number;
  instances: number;
  clients: number;
  from: string;
  to: string;
  startsAt: number;
  /** Share of the closes whose code a proxy erased. */
  erased: number;
  /** True where each successor is up before its predecessor goes. */
  surge: boolean;
}

/**
 * Plays the roll: every client is on some instance, is closed when that drains (within 3 s), waits 1 to 5 s and goes to an
 * instance that is up, at random. Some tabs close and open all along. Returns the connections, a second between opens and
 * their ids in order.
 */
export function simulatedRoll({ random, instances, clients, from, to, startsAt, erased, surge }: Roll): Connection[] {
  const pause = 8 + random() * 20;
  const drains = Array.from({ length: instances }, (_, index) => startsAt + index * pause);
  const upSince = drains.map(drain => (surge ? drain - 5 : drain + 2 + random() * 2));
  const connections: Connection[] = [];

  function instancesUp(time: number): { instance: string; version: string; drain: number }[] {
    return drains.flatMap((drain, index) => [
      ...(time < drain ? [{ instance: `${from}-${index}`, version: from, drain }] : []),
      ...(time >= upSince[index]!
        ? [{ instance: `${to}-${index}`, version: to, drain: Number.POSITIVE_INFINITY }]
        : []),
    ]);
  }
  function connect(client: string, time: number): void {
    const up = instancesUp(time);
    const { instance, version, drain } = up[Math.floor(random() * up.length)]!;
    const tabCloses = time + 30 + random() * 3_000;
    const drained = drain + random() * 3;
    const last = Math.min(tabCloses, drained);
    const ends = last < startsAt + instances * pause + 120;
    const restarts = drained < tabCloses;
    const code = restarts ? (random() < erased ? [1005, 1006, 1000][Math.floor(random() * 3)]! : 1012) : 1001;
    const back = last + 1 + random() * 4;
    connections.push(
      connectionOf({
        id: `c${String(connections.length).padStart(6, '0')}`,
        clientId: client,
        instance,
        serviceVersion: version,
        openedAt: time * 1000,
        closedAt: ends ? last * 1000 : null,
        code: ends ? code : null,
        initiator: ends ? (restarts ? 'local' : 'remote') : null,
        backAt: ends && restarts ? back * 1000 : null,
      }),
    );
    if (ends) connect(client, back);
  }
  for (let client = 0; client < clients; client += 1) connect(`client ${client}`, startsAt - 400 + random() * 300);
  return connections;
}
