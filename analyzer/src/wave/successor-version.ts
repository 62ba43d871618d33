import type { Loss } from './find-losses.ts';
import type { ProcessStart } from './process-start.ts';

/** A successor may be up before its predecessor goes (a surge), by no more than this. */
const SURGE_LEAD = 5 * 60_000; // 5 min: more than a readiness probe is usually given
const NEW = 60_000; // 1 min
/** Or its first connection comes after the predecessor's last close, by no more than this. */
const SUCCESSOR_DELAY = 2 * 60_000; // 2 min

/** When the process that a loss ended had come up: the last of its starts until then. Epoch milliseconds. */
export function startBefore({ log, startedAt }: Loss, starts: readonly ProcessStart[]): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const start of starts) if (start.log === log && start.at <= startedAt) last = Math.max(last, start.at);
  return last;
}

/**
 * True for a process that can have taken the place of one that ended: first seen from five minutes before its burst to two
 * minutes after its last close, later than the ended one itself, and, where it was there before the burst, still up when that
 * began. So what an earlier deploy left behind is none.
 */
export function isSuccessor(start: ProcessStart, loss: Loss, ownStart: number): boolean {
  if (start.log === loss.log || start.at <= ownStart) return false;
  if (start.at > loss.startedAt) return start.at <= loss.lastCloseAt + SUCCESSOR_DELAY;
  if (start.at < loss.startedAt - SURGE_LEAD) return false;
  // One that its gauge told of first has no connections yet.
  return start.at >= loss.startedAt - NEW || start.log.levelAt(loss.startedAt) > 0;
}

/** True for a successor of another version. */
export function isOtherVersion({ log }: ProcessStart, loss: Loss): boolean {
  return log.version !== null && loss.log.version !== null && log.version !== loss.log.version;
}

/**
 * The version of the process that took an ended one's place: of its possible successors the one nearest to the burst's
 * start; at a tie the greater version, so that the order of the input doesn't matter. Null where none has appeared, or
 * where the ended one's own version is unknown.
 */
export function successorVersion(loss: Loss, starts: readonly ProcessStart[]): string | null {
  const ownStart = startBefore(loss, starts);
  let nearest: string | null = null;
  let distance = Number.POSITIVE_INFINITY;
  for (const start of starts) {
    if (!isOtherVersion(start, loss) || !isSuccessor(start, loss, ownStart)) continue;
    const version = start.log.version!;
    const away = Math.abs(start.at - loss.startedAt);
    if (away < distance || (away === distance && version > nearest!)) {
      nearest = version;
      distance = away;
    }
  }
  return nearest;
}
