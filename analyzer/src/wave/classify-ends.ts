import type { WaveKind } from '../wave.ts';
import type { EndGroup } from './group-ends.ts';
import type { ProcessEnd } from './process-end.ts';
import type { ProcessStart } from './process-start.ts';
import { loopProvedBy } from './restart-slots.ts';
import { isSuccessor } from './successor-version.ts';

/** What a group of ends is called, and the event time at which that could be known first. */
export interface EndClass {
  kind: WaveKind;
  /** Epoch milliseconds. */
  detectedAt: number;
}

/** One process that ended without order is told of when it has not come back for so long: a deploy's next instance often goes by then. */
const UNEXPECTED_AFTER = 10_000; // 10 s
/** Instances that go without a word are still restarted in order when so many of them were replaced before the next one went. */
const IN_ORDER = 0.8;

/**
 * The kind of a group of ends as known at `now`, by the table of the design: who went, how, who came instead and with which
 * version. `isMarked` says that a deploy marker lies beside. Null where it is nothing to speak of: one instance of several that was shut
 * down in order, or is the first one of a deploy.
 */
export function classifyEnds(
  group: EndGroup,
  starts: readonly ProcessStart[],
  { now, isMarked }: { now: number; isMarked: boolean },
): EndClass | null {
  const { ends, slots } = group;
  const halfGone = ends.map(({ loss }) => loss.halfGoneAt).sort((a, b) => a - b);
  const isWhole = isWholeService(ends[0]!, starts);
  const several = ends.length >= 2 ? halfGone[1]! : isWhole ? halfGone[0]! : null;
  const unordered = ends.find(({ inOrder }) => !inOrder);
  const aloneAt = unordered && Math.max((unordered.loss.allGoneAt ?? 0) + UNEXPECTED_AFTER, unordered.loss.halfGoneAt);
  const first = Math.min(several ?? Number.POSITIVE_INFINITY, aloneAt ?? Number.POSITIVE_INFINITY);

  if (slots.some(slot => loopProvedBy(slot) !== null)) return { kind: 'crash_loop', detectedAt: first };
  if (group.toVersion !== null || isMarked)
    return several === null ? null : { kind: 'deploy_wave', detectedAt: several };
  const inOrder = ends.filter(end => end.inOrder).length;
  if (inOrder * 2 >= ends.length || isReplacedInOrder(group, isWhole, starts))
    return several === null ? null : { kind: 'restart_wave', detectedAt: several };
  return now < first ? null : { kind: 'unexpected_restart', detectedAt: first };
}

/** True where no other process had connections when this one began to go; a successor brought up first is none. */
function isWholeService({ loss, upSince }: ProcessEnd, starts: readonly ProcessStart[]): boolean {
  return !starts.some(
    start =>
      start.log !== loss.log &&
      start.at <= loss.startedAt &&
      !isSuccessor(start, loss, upSince) &&
      start.log.levelAt(loss.startedAt) > 0,
  );
}

/**
 * True where processes that said nothing were replaced as one does who restarts a service: all of it, each only when
 * the one before had been replaced; of a single one, when its successor was up before.
 */
function isReplacedInOrder({ ends, slots }: EndGroup, isWhole: boolean, starts: readonly ProcessStart[]): boolean {
  const first = ends[0]!;
  if (slots.length < ends.length) return false;
  if (ends.length === 1) return isWhole && first.replacedAt !== null && first.replacedAt < first.loss.startedAt;
  const replaced = ends.filter((end, index) => {
    const next = ends[index + 1];
    return next === undefined || (end.replacedAt !== null && end.replacedAt <= next.loss.startedAt);
  });
  if (replaced.length < ends.length * IN_ORDER) return false;
  const remaining = starts.filter(
    ({ log, at }) =>
      log.version === first.loss.log.version &&
      at < first.loss.startedAt &&
      log.levelAt(first.loss.startedAt) > 0 &&
      !ends.some(end => end.loss.log === log || end.replacedAt === at),
  );
  return remaining.length === 0;
}
