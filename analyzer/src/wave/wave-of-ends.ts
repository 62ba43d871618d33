import type { DeployMarker } from '@closewatch/collector';
import { type Connection, clientKey } from '../connection.ts';
import { returnsOfWave } from '../reconnect/returns-of-wave.ts';
import type { CrashLoop, Wave } from '../wave.ts';
import type { EndClass } from './classify-ends.ts';
import { type EndGroup, ORDERED_GAP, ROLL_GAP } from './group-ends.ts';
import type { ProcessEnd } from './process-end.ts';
import type { ClosedConnection, ProcessLog } from './process-log.ts';
import type { WaveContext } from './recognise-waves.ts';
import { isOrderly } from './restart-close.ts';
import { loopProvedBy, SLOT_GAP, type Slot } from './restart-slots.ts';
import type { ServiceClients } from './service-clients.ts';
import type { ServiceProcesses } from './service-processes.ts';
import { waveConfidence } from './wave-confidence.ts';

/** The opens that come anyway are learnt from this long before the wave. */
const USUAL_FROM = 5 * 60_000; // 5 min

/** The wave that a group of ends is, with its closes and the way back of their clients. */
export function waveOfEnds(group: EndGroup, told: EndClass, marker: DeployMarker | null, context: WaveContext): Wave {
  const { service, environment, settings, now, processes, clients } = context;
  const { ends, lastCloseAt } = group;
  const startedAt = ends[0]!.loss.startedAt;
  const closes = ends.flatMap(({ loss }) => loss.closes);
  const returning = closes.map(counted => withReturn(counted.connection, clients));
  const opens = opensBetween(processes, startedAt - USUAL_FROM, now);
  const over = now > lastCloseAt + gapAfter(group, told, context);
  const versionChanged = group.toVersion !== null;

  return {
    kind: told.kind,
    service,
    environment,
    confirmed: over || isConfirmed(group, told),
    fromVersion: mostFrequent(ends.map(({ loss }) => loss.log.version)),
    toVersion: group.toVersion ?? marker?.version ?? null,
    instances: ends.map(restartOf),
    startedAt,
    detectedAt: told.detectedAt,
    endedAt: over ? lastCloseAt : null,
    closes: weightOf(closes),
    clients: new Set(closes.map(({ connection }) => clientKey(connection))).size,
    codes: weightByCode(closes),
    orderly: weightOf(closes.filter(({ connection }) => isOrderly(connection))),
    replacedAfter: replacedAfter(ends[0]!),
    loops: group.slots.filter(slot => loopProvedBy(slot) !== null).map(loopOf),
    ...returnsOfWave(returning, opens, { startedAt, lastCloseAt, now, settings }),
    marker: marker === null ? null : { startedAt: marker.startedAt, version: marker.version },
    payloadBugs: countPayloadBugs(processes, startedAt, lastCloseAt),
    confidence: waveConfidence(ends, told.kind, { versionChanged, marked: marker !== null, over }),
  };
}

function isConfirmed({ toVersion, ends }: EndGroup, { kind }: EndClass): boolean {
  if (kind === 'crash_loop') return true;
  if (kind === 'unexpected_restart') return ends.every(({ replacedAt }) => replacedAt !== null);
  return toVersion !== null;
}

/** How long the wave waits for another instance: as long as one could still join it. */
function gapAfter(
  { toVersion, ends }: EndGroup,
  { kind }: EndClass,
  { settings, processes, now }: WaveContext,
): number {
  const gap = settings.instanceGap * 1000;
  if (kind === 'crash_loop') return SLOT_GAP;
  if (kind === 'unexpected_restart') return gap;
  const version = ends[0]!.loss.log.version;
  const isLeft = (log: ProcessLog) => log.version === version && log.levelAt(now) > 0 && !hasEnded(ends, log);
  if (![...processes.all()].some(isLeft)) return gap;
  return Math.max(gap, toVersion !== null ? ROLL_GAP : ORDERED_GAP);
}

function hasEnded(ends: readonly ProcessEnd[], log: ProcessLog): boolean {
  return ends.some(({ loss }) => loss.log === log);
}

function restartOf({ loss }: ProcessEnd): Wave['instances'][0] {
  const { log, startedAt, halfGoneAt, lastCloseAt, openBefore, closed } = loss;
  return { instance: log.instance, version: log.version, startedAt, halfGoneAt, lastCloseAt, openBefore, closed };
}

function replacedAfter({ loss, replacedAt }: ProcessEnd): number | null {
  return replacedAt === null ? null : (replacedAt - loss.lastCloseAt) / 1000;
}

function loopOf(slot: Slot): CrashLoop {
  const { log } = slot.at(-1)!.loss;
  const pauses = slot.flatMap((end, index) => {
    const upAgain = slot[index + 1]?.upSince ?? end.backAt ?? end.replacedAt;
    return upAgain === null || upAgain < end.loss.lastCloseAt ? [] : [(upAgain - end.loss.lastCloseAt) / 1000];
  });
  return { instance: log.instance, version: log.version, restarts: slot.length, pauses };
}

/** With the time at which its client was back: the reconnect row's where one names it, or else the client's next open. */
function withReturn(connection: Connection & { closedAt: number }, clients: ServiceClients): Connection {
  if (connection.backAt !== null || connection.clientId === null) return connection;
  const backAt = clients.nextOpen(connection.clientId, connection.closedAt);
  return backAt === null ? connection : { ...connection, backAt };
}

/** The opens of all processes from one time to another, in no order. */
function opensBetween(processes: ServiceProcesses, from: number, to: number): { openedAt: number }[] {
  const found: { openedAt: number }[] = [];
  for (const { opens } of processes.all())
    for (let at = opens.firstAt(from); at < opens.length && opens.times[at]! <= to; at += 1)
      found.push({ openedAt: opens.times[at]! });
  return found;
}

/** On every instance: those that a client has just come back to are where a bug of the wave's time mostly shows. */
function countPayloadBugs(processes: ServiceProcesses, from: number, until: number): number {
  let bugs = 0;
  for (const { closes } of processes.all())
    for (let at = closes.firstAt(from); at < closes.length && closes.times[at]! <= until; at += 1)
      if (closes.items[at]!.connection.payloadBug) bugs += closes.items[at]!.closeWeight;
  return bugs;
}

function mostFrequent(versions: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const version of versions) if (version !== null) counts.set(version, (counts.get(version) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? null;
}

function weightOf(closes: readonly ClosedConnection[]): number {
  return closes.reduce((sum, { closeWeight }) => sum + closeWeight, 0);
}

/** A close without a code had no close frame: 1006, by the conventions' third rule. */
function weightByCode(closes: readonly ClosedConnection[]): Map<number, number> {
  const codes = new Map<number, number>();
  for (const { connection, closeWeight } of closes) {
    const code = connection.code ?? 1006;
    codes.set(code, (codes.get(code) ?? 0) + closeWeight);
  }
  return codes;
}
