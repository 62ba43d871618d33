import type { InstanceRestart } from '../wave.ts';
import type { InstanceTimeline } from './instance-timeline.ts';

/** A successor may be up before its predecessor goes (a surge), by no more than this. */
export const SURGE_LEAD = 5 * 60_000; // 5 min: more than a readiness probe is usually given
/** Or its first connection comes after the predecessor's last close, by no more than this. */
const SUCCESSOR_DELAY = 2 * 60_000; // 2 min

/**
 * The version of the instance that took a restarted one's place: of the instances of another version that were first
 * seen from five minutes before its burst to two minutes after it, the one nearest to the burst's start; at a tie the
 * greater version, so that the order of the input doesn't matter. Null where none appeared, or where the restarted instance's own version is unknown.
 */
export function successorVersion(restart: InstanceRestart, timelines: readonly InstanceTimeline[]): string | null {
  if (restart.version === null) return null;
  let nearest: InstanceTimeline | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const timeline of timelines) {
    const { firstSeenAt, version } = timeline;
    if (version === null || version === restart.version) continue;
    if (firstSeenAt < restart.startedAt - SURGE_LEAD || firstSeenAt > restart.lastCloseAt + SUCCESSOR_DELAY) continue;
    const away = Math.abs(firstSeenAt - restart.startedAt);
    if (away < distance || (away === distance && version > nearest!.version!)) {
      nearest = timeline;
      distance = away;
    }
  }
  return nearest?.version ?? null;
}
