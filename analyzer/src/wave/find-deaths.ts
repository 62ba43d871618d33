import type { CountedConnection } from '../facts/merge-connection.ts';
import { type Loss, leastAfter } from './find-losses.ts';
import type { ClosedConnection, ProcessLog } from './process-log.ts';

/** A server that was killed tells nothing. What others tell of its death has to come within this time. */
const WINDOW = 30_000; // 30 s
/** Of the clients that have an id, so many have to open another connection while theirs is open as far as the server told. */
const PASSED_OVER = 0.5;
/** Or so many of all connections are ended by the word of their clients alone: few clients may be instrumented. */
const TOLD_BY_CLIENTS = 0.15;
/** Clients are back a second after at the earliest, as most libraries have it. */
const FIRST_RETURN = 1_000; // 1 s
/** With its last word this near before the first return, the process died at that word; else shortly before the return. */
const LAST_WORD = 10_000; // 10 s
/** A gauge that has been silent for so many of its intervals, and a delivery, has stopped. */
const GAUGE_INTERVALS = 2.5;
const GAUGE_DELIVERY = 5_000; // 5 s
/** How far before a changed moment a death may begin that it changes. */
export const DEATH_REACH = 5 * 60_000; // 5 min

/** What is asked of a death. */
export interface DeathSearch {
  from: number;
  now: number;
  minCloses: number;
  /** The last word of any other process, or sample of its gauge: while all are silent, silence says nothing. Epoch milliseconds. */
  othersHeardAt: number;
  /** The usual time between samples on the service's other processes, where this one has sent too few; null where no gauge is known. Milliseconds. */
  gaugeInterval: number | null;
}

/**
 * Deaths of one process between `from` and `now` that its server told nothing of: by the returns of its clients while their connections are
 * open as far as is known, by the word of its clients alone, and by its gauge, which falls without closes or stops. The closes of such a
 * loss are inferred: they lie at the estimated moment of death.
 */
export function findDeaths(log: ProcessLog, known: readonly Loss[], search: DeathSearch): Loss[] {
  const found: Loss[] = [];
  const { from, now } = search;
  const candidates = [...bySigns(log, known, search), ...byGauge(log, known, search)].sort((a, b) => a.at - b.at);
  let free = Math.max(from, known.at(-1)?.lastCloseAt ?? Number.NEGATIVE_INFINITY);
  for (const { at, knownAt, missing } of candidates) {
    if (at <= free || knownAt > now || hasSpokenSince(log, at, now)) continue;
    const loss = lossAt(log, { at, knownAt, missing }, now, found.at(-1) ?? known.at(-1));
    const since = (found.at(-1) ?? known.at(-1))?.startedAt ?? Number.NEGATIVE_INFINITY;
    if (loss === null || loss.closed < (leastAfter(log, since, at) ?? search.minCloses)) continue;
    found.push(loss);
    free = Math.max(loss.lastCloseAt, knownAt);
  }
  return found;
}

interface Candidate {
  /** Estimated moment of death, and when that much was known. Epoch milliseconds. */
  at: number;
  knownAt: number;
  /** Connections that its gauge says it took along; 0 where it says nothing. */
  missing: number;
}

function bySigns(log: ProcessLog, known: readonly Loss[], { from, now, minCloses }: DeathSearch): Candidate[] {
  const { signs } = log;
  const found: Candidate[] = [];
  let since = known.at(-1)?.startedAt ?? Number.NEGATIVE_INFINITY;
  for (let first = signs.firstAt(from); first < signs.length && signs.times[first]! <= now; first += 1) {
    const time = signs.times[first]!;
    const end = Math.min(signs.firstAfter(time + WINDOW), signs.firstAfter(now));
    const least = leastAfter(log, since, time) ?? minCloses;
    if (end - first < least) continue;
    const needed = neededSigns(log, since, time, least);
    const passed = new Set<string>();
    const told = new Set<string>();
    for (let at = first; at < end; at += 1) {
      const { id, isTold } = signs.items[at]!;
      (isTold ? told : passed).add(id);
      if (passed.size < needed.passed && told.size < needed.told && passed.size + told.size < needed.both) continue;
      found.push({ at: deathAt(log, time, signs.items[first]!.isTold), knownAt: signs.times[at]!, missing: 0 });
      since = found.at(-1)!.at;
      first = end - 1;
      break;
    }
  }
  return found;
}

/** How many signs of each sort are enough, of the connections that had opened after `since`, the last death, and were open at `time`. */
function neededSigns(log: ProcessLog, since: number, time: number, least: number) {
  let open = 0;
  let identified = 0;
  for (const { connection } of log.open.values()) {
    if ((connection.openedAt ?? time) > time || (connection.openedAt ?? time) <= since) continue;
    open += 1;
    if (connection.clientId !== null) identified += 1;
  }
  const level = since === Number.NEGATIVE_INFINITY ? Math.max(log.levelAt(time), open) : open;
  return {
    passed: Math.max(least, identified * PASSED_OVER),
    told: Math.max(least, level * TOLD_BY_CLIENTS),
    both: Math.max(least, level * PASSED_OVER),
  };
}

/** The moment of death by its first sign: the break that a client told of, or the last word of the process before a return, where that is near. */
function deathAt(log: ProcessLog, sign: number, isTold: boolean): number {
  if (isTold) return sign;
  const lastWord = log.lastWordBefore(sign);
  return lastWord >= sign - LAST_WORD ? lastWord : sign - FIRST_RETURN;
}

/** Samples between which connections went without a close, and the last one of a gauge that has stopped. */
function byGauge(log: ProcessLog, known: readonly Loss[], search: DeathSearch): Candidate[] {
  const { from, now, minCloses, othersHeardAt } = search;
  const { gauge } = log;
  const found: Candidate[] = [];
  const end = gauge.firstAfter(now);
  for (let at = Math.max(1, gauge.firstAt(from - WINDOW)); at < end; at += 1) {
    const [before, time] = [gauge.times[at - 1]!, gauge.times[at]!];
    const was = gauge.items[at - 1]!.connections;
    const missing = was + log.changeBetween(before, time) - gauge.items[at]!.connections;
    if (missing < Math.max(minCloses, was / 2)) continue;
    const first = log.signs.firstAfter(before);
    const sign = log.signs.times[first];
    const gapAt = log.longestSilence(before, time);
    found.push({
      at:
        sign !== undefined && sign <= time
          ? Math.max(before, deathAt(log, sign, log.signs.items[first]!.isTold))
          : gapAt,
      knownAt: time,
      missing,
    });
  }
  const last = gauge.times[end - 1];
  if (last === undefined || last < from - DEATH_REACH) return found;
  const interval = gaugeInterval(gauge.times, end) ?? search.gaugeInterval;
  if (interval === null) return found;
  const knownAt = last + interval * GAUGE_INTERVALS + GAUGE_DELIVERY;
  const diedAt = Math.max(last, log.lastWordBefore(now + 1));
  const least =
    leastAfter(log, found.at(-1)?.at ?? known.at(-1)?.startedAt ?? Number.NEGATIVE_INFINITY, last) ?? minCloses;
  const left = gauge.items[end - 1]!.connections + log.changeBetween(last, diedAt);
  if (now < knownAt || left < least || diedAt > last + interval * 1.5 || othersHeardAt < last + interval * 2)
    return found;
  found.push({ at: diedAt, knownAt, missing: left });
  return found;
}

/** The usual time between samples, from the last few; null where there are too few to say. Milliseconds. */
export function gaugeInterval(times: readonly number[], end: number): number | null {
  const gaps: number[] = [];
  for (let at = end - 1; at > 0 && gaps.length < 5; at -= 1) gaps.push(times[at]! - times[at - 1]!);
  if (gaps.length < 2) return null;
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)]!;
}

/** True where the process told, after its supposed death, of the close of a connection that was open before: it was alive. */
function hasSpokenSince({ closes }: ProcessLog, at: number, now: number): boolean {
  for (
    let index = closes.firstAfter(at + FIRST_RETURN);
    index < closes.length && closes.times[index]! <= now;
    index += 1
  ) {
    const { connection, spoke } = closes.items[index]!;
    if ((connection.openedAt ?? at) < at && spoke.includes(connection.closedAt)) return true;
  }
  return false;
}

function lossAt(
  log: ProcessLog,
  { at, knownAt, missing }: Candidate,
  now: number,
  last: Loss | undefined,
): Loss | null {
  const since = last?.startedAt ?? Number.NEGATIVE_INFINITY;
  const isOpen = ({ connection: { openedAt } }: CountedConnection) =>
    (openedAt ?? at) <= at && (openedAt ?? at) > since;
  const inferred = [...log.open.values()].filter(isOpen).map(counted => endedAt(counted, at));
  const told: ClosedConnection[] = [];
  for (let index = log.closes.firstAt(at); index < log.closes.length; index += 1) {
    const counted = log.closes.items[index]!;
    if (counted.connection.closedAt > Math.min(now, at + WINDOW)) break;
    if (!counted.spoke.includes(counted.connection.closedAt) && isOpen(counted)) told.push(counted);
  }
  const seen = [...told, ...inferred].reduce((sum, { closeWeight }) => sum + closeWeight, 0);
  if (missing > seen) inferred.push(neverSeen(log, at, missing - seen));
  const closes = [...told, ...inferred].sort(
    (a, b) => a.connection.closedAt - b.connection.closedAt || (a.connection.id < b.connection.id ? -1 : 1),
  );
  if (closes.length === 0) return null;
  const closed = closes.reduce((sum, { closeWeight }) => sum + closeWeight, 0);
  return {
    log,
    foundAt: at,
    startedAt: at,
    halfGoneAt: knownAt,
    allGoneAt: at,
    lastCloseAt: closes.at(-1)!.connection.closedAt,
    openBefore: closed,
    closes,
    closed,
    restarts: 0,
    orderly: 0,
    broken: closed,
    ownWord: 0,
    inferred: inferred.reduce((sum, { closeWeight }) => sum + closeWeight, 0),
  };
}

function endedAt(counted: CountedConnection, closedAt: number): ClosedConnection {
  const connection = { ...counted.connection, closedAt, code: 1006, initiator: null };
  return { ...counted, connection, closeWeight: counted.openWeight };
}

/** Stands for connections that only the gauge knew of: they opened before anything was recorded. */
function neverSeen({ key, instance, version }: ProcessLog, closedAt: number, weight: number): ClosedConnection {
  const connection = { ...NOTHING_KNOWN, id: `${instance} unseen`, instance: key, serviceVersion: version, closedAt };
  return {
    connection,
    exposedFrom: null,
    openSeen: false,
    openWeight: weight,
    closeWeight: weight,
    bugTrusted: true,
    spoke: [],
    firstTime: closedAt,
  };
}

const NOTHING_KNOWN = {
  countedRole: 'server',
  service: '',
  environment: null,
  region: null,
  urlTemplate: null,
  urlPath: null,
  subprotocol: null,
  clientName: null,
  clientVersion: null,
  clientId: null,
  openedAt: null,
  code: 1006,
  initiator: null,
  payloadBug: false,
  payloadDefect: null,
  payloadSignature: null,
  payloadOffset: null,
  payloadSize: null,
  payloadSender: null,
  payloadMessageIndex: null,
  backAt: null,
} as const;
