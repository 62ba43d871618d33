import type { DeployMarker } from '@closewatch/collector';
import type { WaveContext } from './recognise-waves.ts';

const BEFORE_MARKER = 2 * 60_000; // 2 min: who marks by hand marks late
const AFTER_MARKER = 15 * 60_000; // 15 min: images are pulled, pods get ready

/**
 * The marker that a wave belongs to: of this service (and environment, where it names one), with the wave's start from
 * 2 minutes before to 15 minutes after its own; one of the wave's target version goes before others, then the nearest.
 */
export function markerOf(
  startedAt: number,
  toVersion: string | null,
  { markers, service, environment }: Pick<WaveContext, 'markers' | 'service' | 'environment'>,
): DeployMarker | null {
  const fitting = markers.filter(
    marker =>
      marker.service === service &&
      (marker.environment === null || marker.environment === environment) &&
      startedAt >= marker.startedAt - BEFORE_MARKER &&
      startedAt <= marker.startedAt + AFTER_MARKER,
  );
  const otherVersion = (marker: DeployMarker) => (marker.version === toVersion ? 0 : 1);
  const away = (marker: DeployMarker) => Math.abs(marker.startedAt - startedAt);
  return fitting.sort((a, b) => otherVersion(a) - otherVersion(b) || away(a) - away(b))[0] ?? null;
}
