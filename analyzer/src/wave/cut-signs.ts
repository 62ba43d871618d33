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
  /** The age that all but a stray few of the lost had reached, and the connections younger than that which stayed, and which did not. */
  youngest: number;
  youngStayed: number;
  youngLost: number;
  /** Share of the older ones that was lost, of those whose open was seen; null where too few are known. */
  olderLost: number | null;
  /** Share that said 1005: somebody sent a close frame, which no broken line does. And the usual share of that among such closes. */
  noCode: number;
  usuallyNoCode: number;
  /** Share that the server itself gave up (a ping without an answer). */
  givenUp: number;
  /** Until a fifth of the lost were made up for by opens beyond the usual; null while they are not. */
  firstBack: number | null;
  /** How long returns have been looked for. */
  watched: number;
  /** Opens beyond the usual in the minute after, as a share of the lost. */
  back: number;
}

/** Older opens may be out of memory by the time a wave is looked at for the last time. */
const OLDER_FROM = 20 * 60_000; // 20 min
/** Of fewer known connections no share can be told. */
const ENOUGH = 5;
/** So many of the lost may be strays that broke off at the same time by chance. */
const STRAY = 0.02;
/** Returns are watched for so long after the first close: an outage takes its time. */
export const RETURNS_WATCHED = 180_000; // 3 min
/** The usual pace of opens is that of so long before. */
const USUAL_FROM = 5 * 60_000; // 5 min
/** A pace is not told from less than this. */
const LEAST_PAST = 60_000; // 1 min
const QUICK_SHARE = 0.2;

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
  const since = startedAt - youngest;
  const young = knownBetween(since, startedAt, instances, closes);
  const older = knownBetween(Math.max(processes.firstSeenAt - 1, startedAt - OLDER_FROM), since, instances, closes);
  return {
    instances,
    open,
    lost,
    spread: (timeAt(0.9) - timeAt(0.1)) / 1000,
    youngest: youngest / 1000,
    youngStayed: young.stayed,
    youngLost: young.lost,
    olderLost: older.stayed + older.lost < ENOUGH ? null : older.lost / (older.stayed + older.lost),
    noCode: weightOf(closes.filter(({ connection }) => connection.code === 1005)) / lost,
    usuallyNoCode: usuallyNoCode(processes, startedAt),
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

/** Of the connections that opened after `from` and until `to` on the instances that lost any: how many stayed beyond the cut, and how many it took. Weights. */
function knownBetween(from: number, to: number, instances: CutSigns['instances'], closes: readonly ClosedConnection[]) {
  const startedAt = closes[0]!.connection.closedAt;
  const isInside = (openedAt: number | null) => openedAt !== null && openedAt > from && openedAt <= to;
  let open = 0;
  for (const { log } of instances) {
    for (let at = log.opens.firstAfter(from); at < log.opens.length && log.opens.times[at]! <= to; at += 1)
      open += log.opens.items[at]!;
    for (let at = log.closes.firstAt(from); at < log.closes.length && log.closes.times[at]! < startedAt; at += 1)
      if (isInside(log.closes.items[at]!.connection.openedAt)) open -= log.closes.items[at]!.closeWeight;
  }
  const lost = weightOf(closes.filter(({ connection }) => isInside(connection.openedAt)));
  return { stayed: Math.max(0, open - lost), lost };
}

/** Of the broken closes before a cut: the share without a code. 0 where there were none. */
function usuallyNoCode({ broken }: ServiceProcesses, startedAt: number): number {
  const before = broken.items.slice(broken.firstAt(startedAt - USUAL_FROM), broken.firstAt(startedAt));
  return before.length === 0 ? 0 : before.filter(({ connection }) => connection.code === 1005).length / before.length;
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
  const pace = usual / Math.max(LEAST_PAST, startedAt - from);
  after.sort((a, b) => a.time - b.time);
  let firstBack: number | null = null;
  let back = 0;
  for (const { time, weight } of after) {
    back += weight;
    const usually = pace * (time - startedAt);
    const needed = Math.max(lost * QUICK_SHARE, 1 + 2 * Math.sqrt(usually));
    if (firstBack === null && back - usually >= needed) firstBack = (time - startedAt) / 1000;
  }
  const watched = Math.min(now - startedAt, RETURNS_WATCHED);
  return { firstBack, watched: watched / 1000, back: Math.max(0, back - pace * watched) / lost };
}

function weightOf(closes: readonly ClosedConnection[]): number {
  return closes.reduce((sum, { closeWeight }) => sum + closeWeight, 0);
}
