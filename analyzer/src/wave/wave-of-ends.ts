import type { DeployMarker } from '@closewatch/collector';
import type { CrashLoop, Wave } from '../wave.ts';
import type { EndClass } from './classify-ends.ts';
import { closesOfWave } from './closes-of-wave.ts';
import { type EndGroup, ORDERED_GAP, ROLL_GAP } from './group-ends.ts';
import type { ProcessEnd } from './process-end.ts';
import type { ProcessLog } from './process-log.ts';
import type { WaveContext } from './recognise-waves.ts';
import { loopProvedBy, SLOT_GAP, type Slot } from './restart-slots.ts';
import { waveConfidence } from './wave-confidence.ts';

/** The wave that a group of ends is, with its closes and the way back of their clients. */
export function waveOfEnds(group: EndGroup, told: EndClass, marker: DeployMarker | null, context: WaveContext): Wave {
  const { service, environment, now } = context;
  const { ends, lastCloseAt } = group;
  const startedAt = ends[0]!.loss.startedAt;
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
    ...closesOfWave(
      { parts: ends.map(({ loss }) => loss), logs: ends.map(({ loss }) => loss.log), startedAt, lastCloseAt },
      context,
    ),
    replacedAfter: replacedAfter(ends[0]!),
    loops: group.slots.filter(slot => loopProvedBy(slot) !== null).map(loopOf),
    marker: marker === null ? null : { startedAt: marker.startedAt, version: marker.version },
    cut: null,
    inferred: ends.reduce((sum, { loss }) => sum + loss.inferred, 0),
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

/** At a tie the smaller one, so that the order of the input doesn't matter; null where none is known. */
export function mostFrequent(versions: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const version of versions) if (version !== null) counts.set(version, (counts.get(version) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? null;
}
