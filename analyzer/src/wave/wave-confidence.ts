import type { FoundRestart } from './find-restarts.ts';
import { isRestartClose } from './restart-close.ts';

/** How sure the kind is by what is known of the versions; graded, not measured. */
const KIND_IS_RIGHT = {
  /** Successors of another version were seen. */
  versionChanged: 0.999,
  /** A marker says so, and the versions do not contradict it. */
  marked: 0.98,
  /** Over, and nobody came with another version. */
  overUnchanged: 0.97,
  /** Running: the successors may still turn out to be of another version. */
  running: 0.75,
};

/**
 * How sure a wave is to be one, and of its kind; 0 to 1. Each instance leaves a doubt, the share of its connections
 * that stayed or closed without a word of restart; instances that go one after another multiply it down. A grade
 * that orders waves, not a calibrated probability.
 */
export function waveConfidence(
  restarts: readonly FoundRestart[],
  { versionChanged, marked, over }: { versionChanged: boolean; marked: boolean; over: boolean },
): number {
  let doubt = 1;
  for (const { closes, openBefore } of restarts) {
    const spoken = closes.filter(isRestartClose).length;
    doubt *= 1 - Math.min(1, spoken / Math.max(openBefore, closes.length)) * 0.95;
  }
  let kind = KIND_IS_RIGHT.running;
  if (versionChanged) kind = KIND_IS_RIGHT.versionChanged;
  else if (marked) kind = KIND_IS_RIGHT.marked;
  else if (over) kind = KIND_IS_RIGHT.overUnchanged;
  return Math.round((1 - doubt) * kind * 1000) / 1000;
}
