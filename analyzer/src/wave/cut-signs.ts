import type { ClosedConnection, ProcessLog } from './process-log.ts';
import type { ServiceProcesses } from './service-processes.ts';

/** What a cut looks like. Times are seconds, shares 0 to 1. */
export interface CutSigns {
  /** By instance that lost any: what was open, and what it lost. Weights. */
  instances: { log: ProcessLog; open: number; lost: number; startedAt: number; lastCloseAt: number }[];
  /** Open on all instances, and lost. */
  open: number;
  lost: number;
  /** From the first tenth of the closes to the last. */
  spread: number;
  /** The age that all but a stray few of the lost had reached, and the connections younger than that which stayed. */
  youngest: number;
  youngStayed: number;
  /** Share of the older ones that was lost. */
  olderLost: number;
  /** Share that said 1005: somebody sent a close frame, which no broken line does. */
  noCode: number;
  /** Share that the server itself gave up (a ping without an answer). */
  givenUp: number;
  /** Until a tenth of the lost were made up for by opens beyond the usual; null while they are not. */
  firstBack: number | null;
  /** Opens beyond the usual in the minute after, as a share of the lost. */
  back: number;
}

/** So many of the lost may be strays that broke off at the same time by chance. */
const STRAY = 0.02;
/** Returns are watched for so long after the first close. */
export const RETURNS_WATCHED = 60_000; // 60 s
/** The usual pace of opens is that of so long before. */
const USUAL_FROM = 5 * 60_000; // 5 min
const QUICK_SHARE = 0.1;

/** The signs of the closes of one cut, as known at `now` (epoch milliseconds). */
export function cutSigns(closes: readonly ClosedConnection[], processes: ServiceProcesses, now: number): CutSigns {
  const startedAt = closes[0]!.connection.closedAt;
  const instances = lossesByInstance(closes, processes, startedAt);
  const open = [...processes.all()].reduce((sum, log) => sum + log.levelAt(startedAt), 0);
  const lost = weightOf(closes);
  const times = closes.map(({ connection }) => connection.closedAt);
  const timeAt = (share: number) => times[Math.floor((times.length - 1) * share)]!;
  const ages = closes
    .map(({ connection }) => startedAt - (connection.openedAt ?? Number.NEGATIVE_INFINITY))
    .sort((a, b) => a - b);
  const youngest = Math.max(0, ages[Math.floor(ages.length * STRAY)]!);
  const younger = youngerThan(youngest, instances, closes, startedAt);
  const older = open - younger.stayed - younger.lost;
  return {
    instances,
    open,
    lost,
    spread: (timeAt(0.9) - timeAt(0.1)) / 1000,
    youngest: youngest / 1000,
    youngStayed: younger.stayed,
    olderLost: older <= 0 ? 1 : Math.min(1, (lost - younger.lost) / older),
    noCode: weightOf(closes.filter(({ connection }) => connection.code === 1005)) / lost,
    givenUp:
      weightOf(closes.filter(({ connection: { code, initiator } }) => code !== 1005 && initiator === 'local')) / lost,
    ...returnsAfter(startedAt, lost, processes, now),
  };
}

function lossesByInstance(closes: readonly ClosedConnection[], processes: ServiceProcesses, startedAt: number) {
  const byLog = new Map<ProcessLog, ClosedConnection[]>();
  for (const counted of closes) {
    const log = processes.logOf(counted);
    const known = byLog.get(log);
    if (known === undefined) byLog.set(log, [counted]);
    else known.push(counted);
  }
  return [...byLog]
    .map(([log, own]) => ({
      log,
      open: log.levelAt(startedAt),
      lost: weightOf(own),
      startedAt: own[0]!.connection.closedAt,
      lastCloseAt: own.at(-1)!.connection.closedAt,
    }))
    .sort((a, b) => a.startedAt - b.startedAt || (a.log.instance < b.log.instance ? -1 : 1));
}

/** Of the connections younger than an age on the instances that lost any: how many stayed beyond the cut, and how many did not. Weights. */
function youngerThan(
  age: number,
  instances: CutSigns['instances'],
  closes: readonly ClosedConnection[],
  startedAt: number,
) {
  const since = startedAt - age;
  const ends = closes.at(-1)!.connection.closedAt;
  let opened = 0;
  let closed = 0;
  for (const { log } of instances) {
    for (let at = log.opens.firstAfter(since); at < log.opens.length && log.opens.times[at]! <= startedAt; at += 1)
      opened += log.opens.items[at]!;
    for (let at = log.closes.firstAt(since); at < log.closes.length && log.closes.times[at]! <= ends; at += 1) {
      const { connection, closeWeight } = log.closes.items[at]!;
      if (connection.openedAt !== null && connection.openedAt > since && connection.openedAt <= startedAt)
        closed += closeWeight;
    }
  }
  const lost = weightOf(closes.filter(({ connection: { openedAt } }) => openedAt !== null && openedAt > since));
  return { stayed: Math.max(0, opened - closed), lost };
}

/** How soon the lost are made up for by opens beyond those that come anyway, on any instance: it takes no client's id to tell. */
function returnsAfter(startedAt: number, lost: number, processes: ServiceProcesses, now: number) {
  const from = Math.max(startedAt - USUAL_FROM, processes.firstSeenAt);
  let usual = 0;
  const after: { time: number; weight: number }[] = [];
  for (const { opens } of processes.all())
    for (
      let at = opens.firstAt(from);
      at < opens.length && opens.times[at]! <= Math.min(now, startedAt + RETURNS_WATCHED);
      at += 1
    )
      if (opens.times[at]! < startedAt) usual += opens.items[at]!;
      else after.push({ time: opens.times[at]!, weight: opens.items[at]! });
  const pace = usual / Math.max(RETURNS_WATCHED, startedAt - from);
  after.sort((a, b) => a.time - b.time);
  let firstBack: number | null = null;
  let back = 0;
  for (const { time, weight } of after) {
    back += weight;
    if (firstBack === null && back - pace * (time - startedAt) >= Math.max(1, lost * QUICK_SHARE))
      firstBack = (time - startedAt) / 1000;
  }
  const watched = Math.min(now - startedAt, RETURNS_WATCHED);
  return { firstBack, back: Math.max(0, back - pace * watched) / lost };
}

function weightOf(closes: readonly ClosedConnection[]): number {
  return closes.reduce((sum, { closeWeight }) => sum + closeWeight, 0);
}
