import type { DeployMarker } from '@closewatch/collector';
import type { Wave, WaveSettings } from '../wave.ts';
import { classifyEnds } from './classify-ends.ts';
import type { ClosesMemo } from './closes-memo.ts';
import type { ClosesOfWave } from './closes-of-wave.ts';
import type { Cut } from './find-cuts.ts';
import type { Loss } from './find-losses.ts';
import { groupEnds } from './group-ends.ts';
import { isPartOf, type LivingCut, livingCut } from './living-cuts.ts';
import { markerOf } from './marker-of.ts';
import { processEnds } from './process-end.ts';
import { processStarts } from './process-start.ts';
import type { ServiceClients } from './service-clients.ts';
import type { ServiceProcesses } from './service-processes.ts';
import { likeCuts, waveOfCuts } from './wave-of-cuts.ts';
import { waveOfEnds } from './wave-of-ends.ts';

/** What is known beside the connections. `now` is event time, epoch milliseconds. */
export interface WaveContext {
  now: number;
  service: string;
  environment: string | null;
  markers: readonly DeployMarker[];
  settings: WaveSettings;
  processes: ServiceProcesses;
  clients: ServiceClients;
  /** What was counted before. */
  memo: ClosesMemo<ClosesOfWave>;
  cutMemo: ClosesMemo<LivingCut | null>;
}

/** So long after a cut what became of its processes is known: as long as one may come back. */
const CUT_SETTLES = 11 * 60_000; // 11 min

/**
 * The waves that these losses and cuts of one service and environment amount to, by their start, and the clients' way back. Facts after
 * `now` are not looked at. Pure: every time is that of a fact, so that a later call with more facts gives the same wave.
 */
export function recogniseWaves(losses: readonly Loss[], cuts: readonly Cut[], context: WaveContext): Wave[] {
  const { now } = context;
  const living = cuts.map(cut => livingCutOf(cut, losses, context)).filter(cut => cut !== null);
  const waves = [
    ...restarts(
      losses.filter(loss => !living.some(cut => isPartOf(loss, cut, now))),
      context,
    ),
    ...likeCuts(living).map(row => waveOfCuts(row, context)),
  ];
  return waves.sort((a, b) => a.startedAt - b.startedAt || (a.kind < b.kind ? -1 : 1));
}

/** What is left of a cut, as it was found before where nothing near it has changed. */
function livingCutOf(cut: Cut, losses: readonly Loss[], { processes, now, cutMemo }: WaveContext): LivingCut | null {
  const near = losses.filter(loss => loss.startedAt <= cut.lastCloseAt && loss.lastCloseAt >= cut.startedAt);
  const countedAt = Math.min(now, cut.lastCloseAt + CUT_SETTLES);
  const from = { parts: [cut, ...near], logs: [], lastCloseAt: cut.lastCloseAt, countedAt };
  return cutMemo.of(
    `${cut.foundAt}`,
    from,
    () => livingCut(cut, near, processes, countedAt),
    () => true,
  );
}

/** What is told of processes that ended. */
function restarts(losses: readonly Loss[], context: WaveContext): Wave[] {
  if (losses.length === 0) return [];
  const { settings, now, processes } = context;
  const starts = processStarts(processes, now);
  const ends = processEnds(losses, starts, { now, minCloses: settings.minCloses });
  return groupEnds(ends, settings.instanceGap * 1000).flatMap(group => {
    const marker = markerOf(group.ends[0]!.loss.startedAt, group.toVersion, context);
    const told = classifyEnds(group, starts, { now, isMarked: marker !== null });
    return told === null ? [] : [waveOfEnds(group, told, marker, context)];
  });
}
