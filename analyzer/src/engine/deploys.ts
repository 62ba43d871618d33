import type { DeployMarker } from '@closewatch/collector';
import type { Wave } from '../wave.ts';

/** A deploy of one service, marked, inferred from a wave, or both. Times are epoch milliseconds. */
export interface Deploy {
  version: string;
  fromVersion: string | null;
  startedAt: number;
  /** Null while it runs. */
  endedAt: number | null;
  source: 'marker' | 'inferred';
  wave: Wave | null;
}

/** How long a marker without an end is taken to run. */
const UNFINISHED = 15 * 60_000; // 15 min

/** The deploys that waves and markers of one service amount to, by their start: a wave and its marker are one. */
export function deploysOf(waves: readonly Wave[], markers: readonly DeployMarker[], now: number): Deploy[] {
  const deploys: Deploy[] = [];
  const used = new Set<DeployMarker>();
  for (const wave of waves) {
    if (wave.kind !== 'deploy_wave' || wave.toVersion === null) continue;
    const marker = markers.find(one => one.startedAt === wave.marker?.startedAt && one.version === wave.marker.version);
    if (marker) used.add(marker);
    deploys.push({
      version: wave.toVersion,
      fromVersion: wave.fromVersion,
      startedAt: Math.min(wave.startedAt, marker?.startedAt ?? wave.startedAt),
      endedAt: wave.endedAt === null ? null : Math.max(wave.endedAt, marker?.finishedAt ?? wave.endedAt),
      source: marker ? 'marker' : 'inferred',
      wave,
    });
  }
  for (const marker of markers) {
    if (used.has(marker)) continue;
    const { version, startedAt, finishedAt } = marker;
    const endedAt = finishedAt ?? (now > startedAt + UNFINISHED ? startedAt + UNFINISHED : null);
    deploys.push({ version, fromVersion: null, startedAt, endedAt, source: 'marker', wave: null });
  }
  return deploys.sort((a, b) => a.startedAt - b.startedAt || (a.version < b.version ? -1 : 1));
}

/** Whether a marker is about this service in this environment; one without an environment is about all of them. */
export function isMarkerOf(marker: DeployMarker, service: string, environment: string | null): boolean {
  return marker.service === service && (marker.environment === null || marker.environment === environment);
}
