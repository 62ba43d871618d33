import type { Random } from './random.ts';
import { POLICIES } from './reconnect-policy.ts';

/** How a process goes when it is told to: the code that it sends to all, sockets closed without a frame, or an exit that sends and tells nothing. */
export type Manner = 1012 | 1001 | 1000 | 'terminate' | 'exit';

/** One service as a case draws it. Seconds, shares 0 to 1. */
export interface FleetShape {
  instances: number;
  /** Connections open at a time, over all instances. */
  connections: number;
  /** Instance ids that outlive their process: a StatefulSet, or a container that is restarted in its pod. */
  keepsIds: boolean;
  /** Proxies in front; 0 where clients reach the instances by themselves. */
  proxies: number;
  /** The load balancer fills the emptiest, or picks at random. */
  leastConnections: boolean;
  /** It goes on sending to an instance that drains for so long. */
  balancerLag: number;
  /** Of the clients: report their own rows. */
  instrumented: number;
  /** Of the clients: have an id that stays. */
  identified: number;
  /** Of the clients: have a second connection, another tab. */
  secondTab: number;
  /** Libraries of the clients, in parts. */
  libraries: readonly (readonly [number, string])[];
  /** A connection's life without trouble: a share of short visits, and the mean of the long ones. */
  visits: number;
  meanLife: number;
  /** Of the usual ends: a phone that lost its network. */
  phones: number;
  /** Of the usual ends: closed by application code that gives no code. */
  withoutCode: number;
  /** Of the closes: a proxy left 1006 or 1005 of whatever was said. */
  erased: number;
  /** Its servers send their gauge of open connections this often. Seconds; null where they send none. */
  gauge: number | null;
  /** Of the rows: lost on the way, come minutes late, come twice. */
  lost: number;
  late: number;
  /** Connects from before the record begins are not there. */
  recordBegins: boolean;
  manner: Manner;
  /** Until a process that drains has closed all of its connections. */
  drain: number;
  /** From the start of a process to its readiness. */
  start: number;
}

/** Services from 1 to 50 instances with 5 to 2,000 connections each, up to `most` in all. */
export function drawShape(random: Random, { most, erased }: { most: number; erased: number }): FleetShape {
  const instances = random.weighted([
    [2, 1],
    [2, 2],
    [3, 3],
    [2, random.whole(4, 6)],
    [2, random.whole(7, 15)],
    [1, random.whole(16, 50)],
  ]);
  const each = random.logBetween(5, 2_000);
  const instrumented = random.weighted([
    [2, 0],
    [1, random.between(0.2, 0.9)],
    [1, 1],
  ]);
  const identified = random.weighted([
    [3, 1],
    [1, random.between(0.5, 1)],
    [1, 0],
  ]);
  const recordBegins = random.chance(0.3);
  // Somebody has to tell of a process that is killed: its clients, or its gauge. What nobody reports, nobody can know.
  const isBlind = (instrumented < 0.5 && identified < 0.5) || recordBegins;
  const names = random.shuffled(Object.keys(POLICIES)).slice(0, random.whole(1, 4));
  return {
    instances,
    connections: Math.max(instances * 5, Math.min(most, Math.round(instances * each))),
    keepsIds: random.chance(0.4),
    proxies: random.weighted([
      [1, 0],
      [3, random.whole(1, 4)],
    ]),
    leastConnections: random.chance(0.4),
    balancerLag: random.weighted([
      [2, 0],
      [1, random.between(0, 3)],
    ]),
    instrumented,
    identified,
    secondTab: random.between(0, 0.15),
    libraries: names.map(name => [random.between(0.2, 1), name] as const),
    visits: random.between(0, 0.5),
    meanLife: random.logBetween(600, 14_400),
    phones: random.between(0, 0.25),
    withoutCode: random.between(0, 0.4),
    erased,
    lost: random.weighted([
      [3, 0],
      [1, random.between(0, 0.02)],
    ]),
    late: random.between(0, 0.02),
    recordBegins,
    gauge: isBlind ? random.pick([10, 15]) : random.chance(0.5) ? random.pick([10, 15, 30, 60]) : null,
    manner: random.weighted<Manner>([
      [5, 1012],
      [2, 1001],
      [1, 1000],
      [1, 'terminate'],
      [1, 'exit'],
    ]),
    drain: random.weighted([
      [3, random.between(0.05, 3)],
      [1, random.between(3, 20)],
    ]),
    start: random.logBetween(1.5, 30),
  };
}
