import type { Connection } from '../connection.ts';
import type { InstanceRestart } from '../wave.ts';
import { closedBy, type InstanceTimeline } from './instance-timeline.ts';
import { isRestartClose } from './restart-close.ts';

/** A restart together with what shows it. */
export interface FoundRestart extends InstanceRestart {
  /** Its closes, payload bugs left out, in order of time. */
  closes: ClosedConnection[];
  /** The instance's first known open, epoch milliseconds; -Infinity where that is older than the record. */
  firstSeenAt: number;
}

type ClosedConnection = Connection & { closedAt: number };

/** Half of the connections have to be gone within this time; later closes, this close to one another, still belong to it. */
const BURST = 30_000; // 30 s, the contract's figure
/** An instance on which something opens this soon after its burst lives on; a fixed time, so that the answer stays as it is. */
const SILENCE = 60_000; // 60 s
/** After a start that did not hold, the next one tried is a second later: no close is looked at more than 31 times. */
const NEXT_TRY = 1_000; // 1 s, the width of a bin

/**
 * The times at which one instance shed its connections: at least half of those that were open at the first such close
 * went within 30 s, half of those that went or more saying 1012 or 1001, and nothing opened on it in the minute after.
 * Fewer than `minCloses` are no restart. What comes later than that minute does not change it. Times are epoch
 * milliseconds.
 */
export function findRestarts(timeline: InstanceTimeline, minCloses: number, now: number): FoundRestart[] {
  if (timeline.restartCloses < minCloses) return [];
  const closed = timeline.connections
    .filter(connection => closedBy(connection, now))
    .sort((a, b) => a.closedAt - b.closedAt || (a.id < b.id ? -1 : 1));
  const opens = timeline.connections
    .map(connection => connection.openedAt ?? Number.NEGATIVE_INFINITY)
    .filter(openedAt => openedAt <= now)
    .sort((a, b) => a - b);

  const found: FoundRestart[] = [];
  let nextTry = Number.NEGATIVE_INFINITY;
  for (const [index, first] of closed.entries()) {
    if (first.closedAt < nextTry || first.payloadBug || !isRestartClose(first)) continue;
    const openBefore = countUpTo(opens, first.closedAt) - index;
    const halfGoneAt = whenHalfIsGone(closed, index, Math.max(Math.ceil(openBefore / 2), minCloses));
    if (halfGoneAt === null) {
      nextTry = first.closedAt + NEXT_TRY;
      continue;
    }
    const burst = burstFrom(closed, index);
    const restart = restartOf(timeline, burst, openBefore, halfGoneAt);
    const silent = isSilentAfter(lastRestartClose(burst), opens);
    if (silent) found.push(restart);
    nextTry = silent ? restart.lastCloseAt + 1 : halfGoneAt + 1;
  }
  return found;
}

function restartOf(
  timeline: InstanceTimeline,
  burst: readonly ClosedConnection[],
  openBefore: number,
  halfGoneAt: number,
): FoundRestart {
  const closes = burst.filter(connection => !connection.payloadBug);
  return {
    instance: timeline.instance,
    version: timeline.version,
    startedAt: closes[0]!.closedAt,
    halfGoneAt,
    lastCloseAt: closes.at(-1)!.closedAt,
    openBefore,
    closed: closes.length,
    closes,
    firstSeenAt: timeline.firstSeenAt,
  };
}

/**
 * The moment within 30 s at which `needed` of those open at the start are gone. Null where fewer go, or where most of
 * those that go within the 30 s do not speak of a restart.
 */
function whenHalfIsGone(closed: readonly ClosedConnection[], index: number, needed: number): number | null {
  const startedAt = closed[index]!.closedAt;
  let halfGoneAt: number | null = null;
  let gone = 0;
  let restarts = 0;
  for (let at = index; at < closed.length; at += 1) {
    const connection = closed[at]!;
    if (connection.closedAt > startedAt + BURST) break;
    if (connection.payloadBug || (connection.openedAt !== null && connection.openedAt > startedAt)) continue;
    gone += 1;
    if (isRestartClose(connection)) restarts += 1;
    if (gone === needed) halfGoneAt = connection.closedAt;
  }
  return restarts * 2 >= gone ? halfGoneAt : null;
}

/** The closes from `index` on that follow one another within 30 s. */
function burstFrom(closed: readonly ClosedConnection[], index: number): ClosedConnection[] {
  let end = index + 1;
  while (end < closed.length && closed[end]!.closedAt <= closed[end - 1]!.closedAt + BURST) end += 1;
  return closed.slice(index, end);
}

/** The last close in the burst's first 30 s that speaks of a restart: from then on a process that goes is silent. */
function lastRestartClose(burst: readonly ClosedConnection[]): number {
  const until = burst[0]!.closedAt + BURST;
  const last = burst.findLast(close => close.closedAt <= until && !close.payloadBug && isRestartClose(close));
  return last!.closedAt;
}

function isSilentAfter(time: number, opens: readonly number[]): boolean {
  const nextOpen = opens[countUpTo(opens, time)];
  return nextOpen === undefined || nextOpen > time + SILENCE;
}

/** How many of the ascending `times` are not after `time`, by bisection. */
function countUpTo(times: readonly number[], time: number): number {
  let from = 0;
  let to = times.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (times[middle]! <= time) from = middle + 1;
    else to = middle;
  }
  return from;
}
