import { fateOf } from './process-fate.ts';
import type { ClosedConnection, ProcessLog } from './process-log.ts';
import { isBroken, isFromOutside, isOrderly, isRestartClose } from './restart-close.ts';

/** One process that lost at least half of its connections at once. Times are epoch milliseconds, counts are weights. */
export interface Loss {
  log: ProcessLog;
  /** The close at which the search found it: at its start, or up to half a minute before, where that is a stray. */
  foundAt: number;
  startedAt: number;
  /** When at least half were gone. */
  halfGoneAt: number;
  /** When nine in ten were gone; null where they never were. */
  allGoneAt: number | null;
  lastCloseAt: number;
  openBefore: number;
  /** Its closes, payload bugs and clients that left by themselves apart, in order of time. */
  closes: ClosedConnection[];
  /** What they weigh. */
  closed: number;
  /** Of them: said 1012 or 1001. */
  restarts: number;
  /** Of them: begun by the server with a frame of its own. */
  orderly: number;
  /** Of them: 1006, 1005 or no code. */
  broken: number;
  /** Of them: told by the server itself. A process that was killed tells nothing: its closes are known by its clients alone. */
  ownWord: number;
  /** Of them: nobody told of their close. */
  inferred: number;
}

/** Half of the connections have to be gone within this time; later closes, this close to one another, still belong to it. */
export const BURST = 30_000; // 30 s, the contract's figure
/** A process that ends sooner than this is one that can't stay up. */
const SHORT_LIFE = 10 * 60_000; // 10 min
/** Whom a balancer still sends to a process that goes, that closes within this. */
const TURNED_AWAY = 5_000; // 5 s
/** What is left when all are gone: rows get lost. */
const REST = 0.1;
/** The first and the last tenth of a burst may be strays that belong to no burst at all. */
const STRAY = 0.1;
/** Closes before the first tenth of a burst belong to it when they are this near, or half as near as the burst is long. */
const NEAR = 1_000; // 1 s
/** So long after a loss its fate is open: a minute of silence, and the rows before it. */
export const FATE_OPEN = 90_000; // 90 s

/** Where and for what to look. */
export interface LossSearch {
  from: number;
  now: number;
  minCloses: number;
  /** Deaths of the process that it told nothing of, by their start: what was open then is no longer. */
  deaths: readonly Loss[];
}

/**
 * The losses of one process that begin at `from` or later, as known at `now`; `known` are those before. A start is tried at the first
 * such close of each second, so that no close is looked at more than 31 times and the answer is the same wherever the search begins.
 */
export function findLosses(
  log: ProcessLog,
  known: readonly Loss[],
  { from, now, minCloses, deaths }: LossSearch,
): Loss[] {
  const { closes } = log;
  const found: Loss[] = [];
  const first = closes.firstAt(from);
  let { free, gone } = known.length > 0 ? after(known.at(-1)!, now) : { free: from, gone: 0 };
  const dead = [...deaths].reverse();
  if (!mayHaveLost(log, first, gone, now, 1)) return found;
  let triedSecond = secondBefore(log, first);
  for (let index = first; index < closes.length && closes.times[index]! <= now; index += 1) {
    const time = closes.times[index]!;
    if (!isFromOutside(closes.items[index]!.connection)) continue;
    const second = Math.floor(time / 1_000);
    if (second === triedSecond) continue;
    triedSecond = second;
    if (time < free) continue;
    const death = dead.find(({ startedAt }) => startedAt <= time);
    if (death !== undefined) {
      // What it told of a dead one's connections is in that one's loss.
      if (time <= death.lastCloseAt + BURST && !hasOpenSince(log, death, time)) continue;
      gone = Math.max(gone, log.levelAt(death.startedAt));
    }
    const before = found.at(-1) ?? known.at(-1) ?? death;
    const isAgain = leastAfter(log, before?.lastCloseAt ?? Number.NEGATIVE_INFINITY, time) !== null;
    const loss = lossAt(log, index, Math.max(0, log.levelAt(time) - gone), now, isAgain ? 1 : minCloses);
    if (loss === null || (loss.closed < minCloses && !isByServer(loss))) continue;
    if (isToldOf(loss, deaths)) continue;
    found.push(loss);
    ({ free, gone } = after(loss, now));
  }
  return found;
}

/** True where the server began most of the closes itself, with a frame or without. */
function isByServer({ closes, closed, orderly }: Loss): boolean {
  const local = closes.filter(({ connection }) => connection.initiator === 'local' && isBroken(connection));
  return (orderly + local.reduce((sum, { closeWeight }) => sum + closeWeight, 0)) * 2 >= closed;
}

/** Of a process that is young, or ended before (at `since`), one connection is enough to tell of its end; else null. */
export function leastAfter(log: ProcessLog, since: number, time: number): 1 | null {
  return time - log.firstSeenAt <= SHORT_LIFE || time - since <= SHORT_LIFE ? 1 : null;
}

/** True where the loss is what clients told of a death: that one knows of those that told nothing, too. */
function isToldOf({ startedAt, lastCloseAt, ownWord, closed }: Loss, deaths: readonly Loss[]): boolean {
  if (ownWord > closed / 2) return false;
  return deaths.some(death => death.startedAt <= lastCloseAt + BURST && death.lastCloseAt >= startedAt - BURST);
}

function hasOpenSince(log: ProcessLog, { startedAt }: Loss, time: number): boolean {
  return log.nextOpenAfter(startedAt, time) !== null;
}

/** From when on the next loss may begin, and what of the level died with this one without a word. */
function after(loss: Loss, now: number): { free: number; gone: number } {
  const { kind } = fateOf(loss, now);
  if (kind === 'alive') return { free: (loss.allGoneAt ?? loss.halfGoneAt) + 1, gone: 0 };
  const gone = kind === 'ended' ? loss.log.levelAt(loss.lastCloseAt + 0.001) : 0;
  return { free: loss.lastCloseAt + 1, gone };
}

/** The second of the close before `index` that a start may have been tried at. */
function secondBefore({ closes }: ProcessLog, index: number): number {
  for (let at = index - 1; at >= 0 && at > index - 100; at -= 1)
    if (isFromOutside(closes.items[at]!.connection)) return Math.floor(closes.times[at]! / 1_000);
  return Number.NEGATIVE_INFINITY;
}

/** False where too few closes came from outside since `first` to be half of anything: nearly always, and found out in one pass. */
function mayHaveLost(log: ProcessLog, first: number, gone: number, now: number, minCloses: number): boolean {
  const { closes } = log;
  if (first >= closes.length) return false;
  let fromOutside = 0;
  let all = 0;
  for (let index = first; index < closes.length && closes.times[index]! <= now; index += 1) {
    const counted = closes.items[index]!;
    all += counted.closeWeight;
    if (isFromOutside(counted.connection)) fromOutside += counted.closeWeight;
  }
  if (fromOutside < minCloses) return false;
  const lowestLevel = log.levelAt(closes.times[first]!) - gone - all;
  return fromOutside * 2 >= lowestLevel;
}

function lossAt(log: ProcessLog, index: number, openBefore: number, now: number, minCloses: number): Loss | null {
  const halfGoneAt = whenGone(log, index, Math.max(Math.ceil(openBefore / 2), minCloses), now);
  if (halfGoneAt === null) return null;
  const burst = burstFrom(log, index, openBefore, now);
  const closes = withoutStrays(burst.closes);
  const weightOf = (which: (counted: ClosedConnection) => boolean) =>
    closes.reduce((sum, counted) => sum + (which(counted) ? counted.closeWeight : 0), 0);
  return {
    log,
    foundAt: log.closes.times[index]!,
    startedAt: closes[0]!.connection.closedAt,
    halfGoneAt,
    allGoneAt: burst.allGoneAt,
    lastCloseAt: closes.at(-1)!.connection.closedAt,
    openBefore,
    closes,
    closed: weightOf(() => true),
    restarts: weightOf(({ connection }) => isRestartClose(connection)),
    orderly: weightOf(({ connection }) => isOrderly(connection)),
    broken: weightOf(({ connection }) => isBroken(connection)),
    inferred: 0,
    ownWord: weightOf(({ connection, spoke }) => spoke.includes(connection.closedAt)),
  };
}

/** The moment within 30 s at which `needed` of those open at the start are gone; null where fewer go. */
function whenGone({ closes }: ProcessLog, index: number, needed: number, now: number): number | null {
  const startedAt = closes.times[index]!;
  const until = Math.min(startedAt + BURST, now);
  let gone = 0;
  for (let at = index; at < closes.length && closes.times[at]! <= until; at += 1) {
    const { connection, closeWeight } = closes.items[at]!;
    if (!isFromOutside(connection) || (connection.openedAt ?? startedAt) > startedAt) continue;
    gone += closeWeight;
    if (gone >= needed) return closes.times[at]!;
  }
  return null;
}

/**
 * The closes from `index` on that follow one another within 30 s. Once nine in ten are gone, those of connections that opened later
 * belong to the process that came after.
 */
function burstFrom(log: ProcessLog, index: number, openBefore: number, now: number) {
  const { closes, opens } = log;
  const belonging: ClosedConnection[] = [];
  let allGoneAt: number | null = null;
  let left = openBefore;
  let last = closes.times[index]!;
  let open = opens.firstAfter(last);
  for (let at = index; at < closes.length; at += 1) {
    const time = closes.times[at]!;
    if (time > last + BURST || time > now) break;
    const counted = closes.items[at]!;
    if (allGoneAt !== null && (counted.connection.openedAt ?? time) > allGoneAt) {
      if (time - counted.connection.openedAt! > TURNED_AWAY) break;
      allGoneAt = time;
    }
    for (; open < opens.length && opens.times[open]! <= time; open += 1)
      if (allGoneAt === null) left += opens.items[open]!;
    left -= counted.closeWeight;
    if (allGoneAt === null && left <= openBefore * REST) allGoneAt = time;
    if (!isFromOutside(counted.connection)) continue;
    belonging.push(counted);
    last = time;
  }
  return { closes: belonging, allGoneAt };
}

/** Without the lone closes before and after the bulk: a mobile phone that lost its network half a minute before. */
function withoutStrays(closes: readonly ClosedConnection[]): ClosedConnection[] {
  const timeAt = (share: number) => closes[Math.floor((closes.length - 1) * share)]!.connection.closedAt;
  const [early, late] = [timeAt(STRAY), timeAt(1 - STRAY)];
  const near = Math.max(NEAR, (late - early) / 2);
  return closes.filter(({ connection: { closedAt } }) => closedAt >= early - near);
}
