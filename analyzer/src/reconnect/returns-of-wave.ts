import type { Connection } from '../connection.ts';
import type { ReconnectHealth } from '../verdict.ts';
import { isOrderly } from '../wave/restart-close.ts';
import type { WaveSettings } from '../wave.ts';
import { findFailure, type ReconnectFailure } from './find-failure.ts';
import { matchInAggregate } from './match-in-aggregate.ts';
import { countOverdue, isExpectedBack, NEVER_BACK, peakOpensPerSecond, reconnectHealth } from './reconnect-health.ts';

/** How the clients of a wave came back, as a wave carries it. */
export interface WaveReturns {
  reconnect: ReconnectHealth;
  /** Closes whose client is expected back, and can be recognised then: those that `reconnect` is about. */
  followed: number;
  /** Those of them whose client is still out after the expected window. */
  overdue: number;
  /** True once five minutes have passed since the last close: who comes back after that is no longer counted. */
  returnsOver: boolean;
  failure: ReconnectFailure | null;
}

/** A connection as far as its open goes. */
type Opening = Pick<Connection, 'openedAt'>;

/** A wave as far as its returns go. Times are epoch milliseconds. */
export interface ReturnsContext {
  startedAt: number;
  lastCloseAt: number;
  now: number;
  /** Connections that went away by themselves before, a second: some of the wave's closes are just that. Null where that is not known yet. */
  vanishPerSecond: number | null;
  settings: Pick<WaveSettings, 'reconnectWindow' | 'neverBack'>;
}

/** "Abnormal closure": no close frame. */
const ABNORMAL = 1006;
/** How long after its last close a wave's returns still count for the peak of opens. */
const RETURNS = 60_000; // 60 s: the second retry of most libraries is inside
/** The opens that come anyway are learnt from this long before the wave; what is older may be out of memory. */
const USUAL_FROM = 5 * 60_000; // 5 min
const BLOCK = 10_000; // 10 s

/**
 * How the clients of a wave's `closes` came back. Where fewer than half of those that are expected back have a client id,
 * all of them are followed in aggregate, by the opens among `connections` beyond those that usually come.
 */
export function returnsOfWave(
  closes: readonly Connection[],
  connections: readonly Opening[],
  { startedAt, lastCloseAt, now, vanishPerSecond, settings }: ReturnsContext,
): WaveReturns {
  const window = settings.reconnectWindow;
  const returnsEnd = lastCloseAt + NEVER_BACK * 1000;
  // A fixed end, so that the numbers don't depend on when the wave is looked at last.
  const returnsAt = Math.min(now, returnsEnd);
  const peak = peakOpensPerSecond(connections, startedAt, Math.min(now, lastCloseAt + RETURNS));
  const expected = expectedBack(closes);
  const vanished = expected.filter(isVanished).length;
  // Where it is not known how many leave anyway, all who vanished may have done just that.
  const leavers =
    vanishPerSecond === null
      ? vanished
      : Math.min(vanished, mostOf((vanishPerSecond * (lastCloseAt - startedAt)) / 1000));
  const known = expected.filter(({ clientId }) => clientId !== null);
  const isAggregate = known.length * 2 < expected.length;
  const usualPerSecond = isAggregate ? usualOpens(connections, startedAt) : 0;
  const followed = isAggregate ? inAggregate(expected, connections, usualPerSecond, now) : known;
  return {
    reconnect: {
      ...reconnectHealth(followed, peak, window, returnsAt),
      basis: isAggregate ? 'aggregate' : 'clients',
    },
    followed: followed.length,
    overdue: countOverdue(followed, window.to, returnsAt),
    returnsOver: now >= returnsEnd,
    failure: findFailure(followed, {
      now,
      neverBack: settings.neverBack,
      leavingAnyway: expected.length === 0 ? 0 : leavers / expected.length,
      firstOpenAt: firstOpenAfter(connections, startedAt),
      usualPerSecond,
    }),
  };
}

/**
 * The closes whose clients are expected back. Where most of a wave's closes were begun by the server, what went away by
 * itself at the same time is somebody who left.
 */
function expectedBack(closes: readonly Connection[]): Connection[] {
  const expected = closes.filter(isExpectedBack);
  const orderly = expected.filter(isOrderly).length;
  return orderly * 2 >= expected.length ? expected.filter(close => !isVanished(close)) : expected;
}

function isVanished({ code, initiator }: Connection): boolean {
  return (code === null || code === ABNORMAL) && initiator === 'transport';
}

function firstOpenAfter(connections: readonly Pick<Connection, 'openedAt'>[], time: number): number | null {
  let first = Number.POSITIVE_INFINITY;
  for (const { openedAt } of connections)
    if (openedAt !== null && openedAt > time && openedAt < first) first = openedAt;
  return first === Number.POSITIVE_INFINITY ? null : first;
}

/** As many as chance makes of a mean, but for three in a thousand. */
function mostOf(mean: number): number {
  return mean + 3 * Math.sqrt(mean);
}

function inAggregate(
  closes: readonly Connection[],
  connections: readonly Opening[],
  usualPerSecond: number,
  now: number,
): Connection[] {
  const opens = connections.flatMap(({ openedAt }) => (openedAt !== null && openedAt <= now ? [openedAt] : []));
  const closed = closes.flatMap(close => (close.closedAt === null ? [] : [{ ...close, closedAt: close.closedAt }]));
  return matchInAggregate(closed, opens, usualPerSecond);
}

/** Opens a second in the five minutes before: the median of blocks of 10 s, so that another wave in them does not count. */
function usualOpens(connections: readonly Opening[], startedAt: number): number {
  const blocks: number[] = new Array(USUAL_FROM / BLOCK).fill(0);
  for (const { openedAt } of connections) {
    if (openedAt === null || openedAt < startedAt - USUAL_FROM || openedAt >= startedAt) continue;
    blocks[Math.floor((openedAt - startedAt + USUAL_FROM) / BLOCK)]! += 1;
  }
  return blocks.sort((a, b) => a - b)[blocks.length / 2]! / (BLOCK / 1000);
}
