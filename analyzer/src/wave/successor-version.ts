import type { FoundRestart } from './find-restarts.ts';
import { type InstanceTimeline, isUpAt } from './instance-timeline.ts';

/** A successor may be up before its predecessor goes (a surge), by no more than this. */
const SURGE_LEAD = 5 * 60_000; // 5 min: more than a readiness probe is usually given
/** Or its first connection comes after the predecessor's last close, by no more than this. */
const SUCCESSOR_DELAY = 2 * 60_000; // 2 min

/**
 * True for an instance of another version that can have taken the restarted one's place: first seen from five minutes
 * before its burst to two minutes after its last close, later than the restarted instance itself, and, where it was there
 * before the burst, still up when that began. So what an earlier deploy left behind is none.
 */
export function isSuccessor(timeline: InstanceTimeline, restart: FoundRestart): boolean {
  const { firstSeenAt, version } = timeline;
  if (version === null || restart.version === null || version === restart.version) return false;
  if (firstSeenAt <= restart.firstSeenAt) return false;
  if (firstSeenAt > restart.startedAt) return firstSeenAt <= restart.lastCloseAt + SUCCESSOR_DELAY;
  return firstSeenAt >= restart.startedAt - SURGE_LEAD && isUpAt(timeline, restart.startedAt);
}

/**
 * The version of the instance that took a restarted one's place: of its possible successors the one nearest to the burst's
 * start; at a tie the greater version, so that the order of the input doesn't matter. Null where none has appeared, or
 * where the restarted instance's own version is unknown.
 */
export function successorVersion(restart: FoundRestart, timelines: readonly InstanceTimeline[]): string | null {
  let nearest: InstanceTimeline | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const timeline of timelines) {
    if (!isSuccessor(timeline, restart)) continue;
    const away = Math.abs(timeline.firstSeenAt - restart.startedAt);
    if (away < distance || (away === distance && timeline.version! > nearest!.version!)) {
      nearest = timeline;
      distance = away;
    }
  }
  return nearest?.version ?? null;
}
