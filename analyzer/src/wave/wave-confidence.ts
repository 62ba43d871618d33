import type { WaveKind } from '../wave.ts';
import type { ProcessEnd } from './process-end.ts';

/** How sure the kind is by what is known of the versions and of the returns; graded, not measured. */
const KIND_IS_RIGHT = {
  /** Successors of another version were seen. */
  versionChanged: 0.999,
  /** Three ends of one slot in a quarter of an hour. */
  loop: 0.99,
  /** A marker says so, and the versions do not contradict it. */
  marked: 0.98,
  /** Over, and nobody came with another version. */
  overUnchanged: 0.97,
  /** Running: the successors may still turn out to be of another version. */
  running: 0.75,
};

/**
 * How sure a wave is to be one, and of its kind; 0 to 1. Each instance leaves a doubt, the share of its connections
 * that stayed or, of one that spoke, closed without a word of restart; instances that go one after another multiply it down. A grade
 * that orders waves, not a calibrated probability.
 */
export function waveConfidence(
  ends: readonly ProcessEnd[],
  kind: WaveKind,
  { versionChanged, marked, over }: { versionChanged: boolean; marked: boolean; over: boolean },
): number {
  let doubt = 1;
  for (const { loss, inOrder } of ends) {
    const shown = inOrder ? loss.restarts : loss.closed;
    doubt *= 1 - Math.min(1, shown / Math.max(loss.openBefore, loss.closed)) * 0.95;
  }
  let right = KIND_IS_RIGHT.running;
  if (kind === 'crash_loop') right = KIND_IS_RIGHT.loop;
  else if (versionChanged) right = KIND_IS_RIGHT.versionChanged;
  else if (marked) right = KIND_IS_RIGHT.marked;
  else if (over) right = KIND_IS_RIGHT.overUnchanged;
  return Math.round((1 - doubt) * right * 1000) / 1000;
}
