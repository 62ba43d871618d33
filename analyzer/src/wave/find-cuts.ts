import type { ClosedConnection } from './process-log.ts';
import type { ServiceProcesses } from './service-processes.ts';

/** Connections of a service that broke off (1006, 1005 or no code) within seconds of one another. Times are epoch milliseconds. */
export interface Cut {
  /** The second at which the search found it. */
  foundAt: number;
  startedAt: number;
  /** When there were more than chance brings. */
  detectedAt: number;
  lastCloseAt: number;
  closes: ClosedConnection[];
  /** Such closes a second before it. */
  usualPerSecond: number;
}

const SECOND = 1_000;
/** "Within seconds": so many of them are looked at together. */
const WINDOW = 10_000; // 10 s
/** The usual pace of such closes is that of so long before, the last seconds apart. */
const USUAL_FROM = 10 * 60_000; // 10 min
const USUAL_UNTIL = 20_000; // 20 s
/** Fewer are no cut whatever the pace: a train in a tunnel. */
const LEAST = 5;
/** How far above the usual: in standard deviations, and in closes, so that the first one after a long peace is none. */
const DEVIATIONS = 6;
/** Nor is less than this share of what is open: phones that lose their network together. */
const LEAST_SHARE = 0.08;
/** A cut has seconds without a close in it, no more than two in a row, and is over in a minute. */
const PAUSE = 2;
const LONGEST = 60; // seconds
/** How far before a changed second a cut may begin that it changes. */
export const CUT_REACH = WINDOW + LONGEST * SECOND;

/**
 * The cuts that begin at `from` or later, as known at `now`; `known` are those before. A function of the closes by second, the same
 * wherever the search begins.
 */
export function findCuts(
  processes: ServiceProcesses,
  known: readonly Cut[],
  { from, now }: { from: number; now: number },
): Cut[] {
  const { times } = processes.broken;
  const found: Cut[] = [];
  let free = known.at(-1)?.lastCloseAt ?? Number.NEGATIVE_INFINITY;
  for (let index = processes.broken.firstAt(secondOf(from)); index < times.length && times[index]! <= now; ) {
    const second = secondOf(times[index]!);
    const cut = second + SECOND > free ? cutAt(processes, second, free, now) : null;
    if (cut !== null) {
      found.push(cut);
      free = secondOf(cut.lastCloseAt) + SECOND;
    }
    index = processes.broken.firstAt(cut === null ? second + SECOND : free);
  }
  return found;
}

function cutAt(processes: ServiceProcesses, second: number, free: number, now: number): Cut | null {
  const { broken } = processes;
  const first = broken.firstAt(Math.max(second, free));
  const end = Math.min(broken.firstAt(second + WINDOW), broken.firstAfter(now));
  if (end - first < LEAST) return null;
  const usual = usualPerSecond(processes, second);
  const needed = leastWithin(WINDOW / SECOND, usual);
  if (end - first < needed) return null;
  const weight = broken.items.slice(first, end).reduce((sum, { closeWeight }) => sum + closeWeight, 0);
  if (weight < openAt(processes, second) * LEAST_SHARE) return null;

  const [left, right] = hotSeconds(processes, second, usual, free, now);
  const closes = broken.items.slice(
    broken.firstAt(left),
    Math.min(broken.firstAt(right + SECOND), broken.firstAfter(now)),
  );
  if (closes.length < LEAST) return null;
  return {
    foundAt: second,
    startedAt: closes[0]!.connection.closedAt,
    detectedAt: closes[Math.min(closes.length, needed) - 1]!.connection.closedAt,
    lastCloseAt: closes.at(-1)!.connection.closedAt,
    closes,
    usualPerSecond: usual,
  };
}

/** True where so many closes within `seconds` are more than the usual pace brings by chance. */
export function isMoreThanUsual(count: number, seconds: number, usualPerSecond: number): boolean {
  return count >= leastWithin(seconds, usualPerSecond);
}

function leastWithin(seconds: number, usualPerSecond: number): number {
  const expected = usualPerSecond * seconds;
  return Math.max(LEAST, Math.ceil(expected + DEVIATIONS * Math.sqrt(expected) + DEVIATIONS / 2));
}

/** The first and the last second around the fullest one that have more than the usual. */
function hotSeconds(
  { broken }: ServiceProcesses,
  second: number,
  usual: number,
  free: number,
  now: number,
): [number, number] {
  const countIn = (time: number) =>
    time > now || time < free ? 0 : broken.firstAt(time + SECOND) - broken.firstAt(time);
  const hot = Math.max(1, usual + 3 * Math.sqrt(usual) + 0.5);
  let peak = second;
  for (let time = second; time < second + WINDOW; time += SECOND) if (countIn(time) > countIn(peak)) peak = time;
  const reach = (step: number) => {
    let edge = peak;
    for (let time = peak + step; Math.abs(time - edge) <= (PAUSE + 1) * SECOND; time += step) {
      if (countIn(time) < hot) continue;
      if (Math.abs(time - peak) > LONGEST * SECOND) break;
      edge = time;
    }
    return edge;
  };
  return [reach(-SECOND), reach(SECOND)];
}

/** Such closes a second before `second`; of a service that is younger than ten minutes since it is known. */
function usualPerSecond({ broken, firstSeenAt }: ServiceProcesses, second: number): number {
  const from = Math.max(second - USUAL_FROM, firstSeenAt);
  const until = second - USUAL_UNTIL;
  if (until - from < USUAL_UNTIL) return 0;
  return (broken.firstAt(until) - broken.firstAt(from)) / ((until - from) / SECOND);
}

function openAt(processes: ServiceProcesses, time: number): number {
  let open = 0;
  for (const log of processes.all()) open += log.levelAt(time);
  return open;
}

function secondOf(time: number): number {
  return Math.floor(time / SECOND) * SECOND;
}
