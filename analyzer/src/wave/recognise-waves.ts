import type { DeployMarker } from '@closewatch/collector';
import type { Wave, WaveSettings } from '../wave.ts';
import { classifyEnds } from './classify-ends.ts';
import type { Loss } from './find-losses.ts';
import { groupEnds } from './group-ends.ts';
import { markerOf } from './marker-of.ts';
import { processEnds } from './process-end.ts';
import { processStarts } from './process-start.ts';
import type { ServiceClients } from './service-clients.ts';
import type { ServiceProcesses } from './service-processes.ts';
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
}

/**
 * The waves that these losses of one service and environment amount to, by their start, and the clients' way back. Facts after
 * `now` are not looked at. Pure: every time is that of a fact, so that a later call with more facts gives the same wave.
 */
export function recogniseWaves(losses: readonly Loss[], context: WaveContext): Wave[] {
  if (losses.length === 0) return [];
  const { settings, now, processes } = context;
  const starts = processStarts(processes, now);
  const ends = processEnds(losses, starts, now);
  return groupEnds(ends, settings.instanceGap * 1000).flatMap(group => {
    const marker = markerOf(group.ends[0]!.loss.startedAt, group.toVersion, context);
    const told = classifyEnds(group, starts, { now, isMarked: marker !== null });
    return told === null ? [] : [waveOfEnds(group, told, marker, context)];
  });
}
