import type { DeployMarker } from '@closewatch/collector';
import type { VersionArrival } from '../wave/version-arrivals.ts';
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

/** A version that comes so long before or after a wave or a marker of its own is the same deploy. */
const SAME_DEPLOY = 15 * 60_000; // 15 min
/** An inferred deploy is over when no process of its version has followed for so long. */
const OVER_AFTER = 2 * 60_000; // 2 min

/**
 * The deploys that waves, markers and versions that came amount to, by their start. A wave, its marker and its version's arrival are one;
 * a version that nobody marked and that no instance went for (a canary) is one, too.
 */
export function deploysOf(
  waves: readonly Wave[],
  markers: readonly DeployMarker[],
  arrivals: readonly VersionArrival[],
  now: number,
): Deploy[] {
  const deploys: Deploy[] = [];
  const used = new Set<DeployMarker>();
  for (const wave of waves) {
    if ((wave.kind !== 'deploy_wave' && wave.kind !== 'crash_loop') || wave.toVersion === null) continue;
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
    const fromVersion = arrivals.find(arrival => isOf(arrival, { version, startedAt, endedAt }))?.fromVersion ?? null;
    deploys.push({ version, fromVersion, startedAt, endedAt, source: 'marker', wave: null });
  }
  const known = [...deploys];
  for (const arrival of arrivals) {
    const { version, fromVersion, startedAt, lastStartAt } = arrival;
    if (known.some(deploy => isOf(arrival, deploy))) continue;
    const endedAt = now > lastStartAt + OVER_AFTER ? lastStartAt : null;
    deploys.push({ version, fromVersion, startedAt, endedAt, source: 'inferred', wave: null });
  }
  return deploys.sort((a, b) => a.startedAt - b.startedAt || (a.version < b.version ? -1 : 1));
}

/** Whether a version came with a deploy: its own, and not long before or after it. */
function isOf(
  { version, startedAt, lastStartAt }: VersionArrival,
  deploy: Pick<Deploy, 'version' | 'startedAt' | 'endedAt'>,
): boolean {
  const from = deploy.startedAt - SAME_DEPLOY;
  const until = (deploy.endedAt ?? Number.POSITIVE_INFINITY) + SAME_DEPLOY;
  return version === deploy.version && startedAt <= until && lastStartAt >= from;
}

/** Whether a marker is about this service in this environment; one without an environment is about all of them. */
export function isMarkerOf(marker: DeployMarker, service: string, environment: string | null): boolean {
  return marker.service === service && (marker.environment === null || marker.environment === environment);
}
