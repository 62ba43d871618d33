import { type Connection, clientKey } from '../connection.ts';
import { binomialTail } from '../statistics/binomial-tail.ts';
import { gammaQuantile } from '../statistics/gamma-quantile.ts';
import type { Severity } from '../verdict.ts';
import { NEVER_BACK } from './reconnect-health.ts';

/** The clients of a wave that don't come back. Times are epoch milliseconds. */
export interface ReconnectFailure {
  severity: Severity;
  /** When what was known by then told it from the usual leaving. */
  detectedAt: number;
  /** The share of the clients that leaves usually. */
  usualLeaving: number;
  /** How seldom the usual leaving has so many: the least that was reached. */
  chance: number;
  /** When all but the usual were back, or nobody looks any more (half an hour after the last close). */
  endedAt: number | null;
  /** The last close of each client that has had a minute and a half, and is still out. */
  out: Connection[];
  /** All clients that have had it. */
  clients: Connection[];
}

/** What is known beside the closes. */
export interface FailureContext {
  now: number;
  /** Share of the clients that never came back, past which it is a page. */
  neverBack: number;
  /** Share of the clients that would have left meanwhile anyway, beside those that a cut takes by surprise: what is usual for the service. */
  leavingAnyway: number;
  /** When anybody first came in after the first close: from then on somebody listens. Null where nobody has. */
  firstOpenAt: number | null;
  /** Opens a second that come anyway, where clients can't be told apart: as far as their number may stray, nobody is called out. Else 0. */
  usualPerSecond: number;
}

/**
 * Nobody is called out before: background tabs may run their timers once a minute, SignalR gives up after 42 s, and most
 * libraries have tried five times.
 */
const PATIENCE = 90_000; // 90 s
/** While nobody at all had come in a minute ago, a process may start slowly and keep everybody out: all have had so long then. */
const PATIENCE_FOR_ALL = 180_000; // 3 min
/** The pace of the returns is judged over so long. */
const RECENT = 60_000; // 1 min
const STEP = 5_000; // 5 s
/** How long a failure is watched after the last close. Milliseconds. */
export const WATCHED = 30 * 60_000; // 30 min
/** Clients that a cut takes by surprise and that would have left anyway, or had left without a word: phones asleep, closed lids. */
const USUAL_LEAVING = 0.02;
/** However many are said to leave anyway, somebody was there. */
const MOST_LEAVING = 0.9;
/** How seldom chance may make a failure out of the usual leaving. The looks at one wave are far from independent. */
const CHANCE = 1e-5;
/** How sure the upper limit of the pace of returns is. */
const PACE_QUANTILE = 0.99;
/** Fewer than these are no verdict, and no page: a developer's own tabs all go at once. */
const LEAST_OUT = { notice: 3, page: 5 };
/** Strays of the usual opens that are allowed for, in standard deviations. */
const STRAYS = 4;

/**
 * Whether the clients of these closes fail to come back. Looked at every 5 s of event time with what was known by then: of
 * the clients that have had 90 s, those that will still be out after five minutes even if the others go on to come back as
 * fast as the last minute allows. Where so many are seldom (1 in 100,000) by the usual leaving (2 %, and what the service loses anyway), it is a failure, and a page
 * once their share is past `neverBack`. Null where there is none. Pure: later facts move neither `detectedAt` nor the
 * severity that was reached.
 */
export function findFailure(closes: readonly Connection[], context: FailureContext): ReconnectFailure | null {
  const clients = lastCloseOfEach(closes);
  const usualLeaving = Math.min(MOST_LEAVING, USUAL_LEAVING + context.leavingAnyway);
  if (clients.length < LEAST_OUT.notice) return null;
  const first = clients[0]!.closedAt;
  const last = clients.at(-1)!.closedAt;
  const times = timesOf(clients);
  let detectedAt: number | null = null;
  let endedAt: number | null = null;
  let chance = 1;
  let severity: Severity = 'notice';
  for (let time = firstLook(first); time <= Math.min(context.now, last + WATCHED); time += STEP) {
    const { had, out } = countsAt(times, time);
    const upSince = Math.min(
      context.firstOpenAt ?? Number.POSITIVE_INFINITY,
      times.returns[0]?.backAt ?? Number.POSITIVE_INFINITY,
    );
    if (upSince > time - RECENT && time < last + PATIENCE_FOR_ALL) continue;
    if (time <= last + NEVER_BACK * 1000 + STEP && out >= LEAST_OUT.notice) {
      const strays = straysOf(context.usualPerSecond, time - first);
      const willBeOut = Math.max(0, out - strays) * shareStayingOut(times, time, { had, out });
      const seldom = willBeOut < LEAST_OUT.notice ? 1 : binomialTail(Math.floor(willBeOut), had, usualLeaving);
      if (seldom <= CHANCE) {
        detectedAt ??= time;
        chance = Math.min(chance, seldom);
        if (willBeOut >= LEAST_OUT.page && willBeOut > (context.neverBack + context.leavingAnyway) * had)
          severity = 'page';
      }
    }
    if (detectedAt !== null && time >= last + PATIENCE && out <= Math.max(1, usualLeaving * had)) {
      endedAt = time;
      break;
    }
  }
  if (detectedAt === null) return null;
  if (endedAt === null && context.now > last + WATCHED) endedAt = last + WATCHED;
  const until = Math.min(context.now, endedAt ?? context.now);
  const hadTime = clients.filter(({ closedAt }) => closedAt <= until - PATIENCE);
  const out = hadTime.filter(({ backAt }) => backAt === null || backAt > until);
  return { severity, detectedAt, usualLeaving, chance, endedAt, out, clients: hadTime };
}

/** A fixed grid of event time, so that two looks at one moment are one. */
function firstLook(first: number): number {
  return Math.ceil((first + PATIENCE) / STEP) * STEP;
}

/** A client counts once, by its last close: who was cut twice in a roll is out after the second. In order of time. */
function lastCloseOfEach(closes: readonly Connection[]): (Connection & { closedAt: number })[] {
  const last = new Map<string, Connection & { closedAt: number }>();
  for (const close of closes) {
    if (close.closedAt === null) continue;
    const known = last.get(clientKey(close));
    const isLater = known === undefined || close.closedAt > known.closedAt;
    if (isLater || (close.closedAt === known.closedAt && close.id > known.id))
      last.set(clientKey(close), { ...close, closedAt: close.closedAt });
  }
  return [...last.values()].sort((a, b) => a.closedAt - b.closedAt || (a.id < b.id ? -1 : 1));
}

/** The clients' times in the orders in which they are counted. */
interface Times {
  closed: number[];
  /** From when on a client counts as back among those that have had their time. */
  countsAsBack: number[];
  returns: { closedAt: number; backAt: number }[];
}

function timesOf(clients: readonly (Connection & { closedAt: number })[]): Times {
  const returns = clients.flatMap(({ closedAt, backAt }) => (backAt === null ? [] : [{ closedAt, backAt }]));
  returns.sort((a, b) => a.backAt - b.backAt);
  const countsAsBack = returns.map(({ closedAt, backAt }) => Math.max(closedAt + PATIENCE, backAt));
  return {
    closed: clients.map(({ closedAt }) => closedAt),
    countsAsBack: countsAsBack.sort((a, b) => a - b),
    returns,
  };
}

interface Counts {
  /** Clients that have had their time. */
  had: number;
  /** Those of them that are out. */
  out: number;
}

function countsAt({ closed, countsAsBack }: Times, time: number): Counts {
  const had = countUpTo(closed, time - PATIENCE);
  return { had, out: had - countUpTo(countsAsBack, time) };
}

/** The share of those that are out which will be so after their five minutes, by the fastest pace that the last minute allows. */
function shareStayingOut({ closed, returns }: Times, time: number, { had, out }: Counts): number {
  const recent = returns
    .slice(lowerBound(returns, time - RECENT), lowerBound(returns, time))
    .filter(({ closedAt }) => closedAt <= time - PATIENCE).length;
  const waited = (RECENT / 1000) * (out + recent / 2);
  const rest = Math.max(0, NEVER_BACK - (time - closed[had - 1]!) / 1000);
  return Math.exp(-gammaQuantile(PACE_QUANTILE, recent + 1, waited) * rest);
}

/** What comes anyway strays by its own chance, and by that of the five minutes that it was learnt from. */
function straysOf(usualPerSecond: number, milliseconds: number): number {
  return STRAYS * Math.sqrt((2 * usualPerSecond * milliseconds) / 1000);
}

function countUpTo(times: readonly number[], time: number): number {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (times[middle]! <= time) from = middle + 1;
    else to = middle;
  }
  return from;
}

function lowerBound(returns: Times['returns'], time: number): number {
  let [from, to] = [0, returns.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (returns[middle]!.backAt <= time) from = middle + 1;
    else to = middle;
  }
  return from;
}
