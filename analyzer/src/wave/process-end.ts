import type { Loss } from './find-losses.ts';
import { fateOf, isInOrder } from './process-fate.ts';
import type { ProcessStart } from './process-start.ts';
import { isOtherVersion, isSuccessor, startBefore, successorVersion } from './successor-version.ts';

/** A process that ended, and who came after it. Times are epoch milliseconds. */
export interface ProcessEnd {
  loss: Loss;
  /** It said itself that it goes. */
  inOrder: boolean;
  /** It lost so few that it is only told of as one more end of a slot that has ended before. */
  isSmall: boolean;
  /** When the process had come up; -Infinity where that is older than the record. */
  upSince: number;
  /** The first open after it on the same instance with the same version. */
  backAt: number | null;
  /** The version of its successor, where that is another one. */
  toVersion: string | null;
  /** When a process took its place: itself again, or the nearest successor of any version. */
  replacedAt: number | null;
}

/** The losses that were ends, as known at `now`, by their start. */
export function processEnds(
  losses: readonly Loss[],
  starts: readonly ProcessStart[],
  { now, minCloses }: { now: number; minCloses: number },
): ProcessEnd[] {
  const ends: ProcessEnd[] = [];
  for (const loss of losses) {
    const fate = fateOf(loss, now);
    if (fate.kind !== 'ended') continue;
    const own = startBefore(loss, starts);
    const upSince = ends.reduce(
      (since, end) =>
        end.loss.log === loss.log && end.backAt !== null && end.backAt <= loss.startedAt
          ? Math.max(since, end.backAt)
          : since,
      own,
    );
    const successors = starts.filter(start => isSuccessor(start, loss, own));
    const toVersion = successors.some(start => isOtherVersion(start, loss)) ? successorVersion(loss, starts) : null;
    const times = [...successors.map(({ at }) => at), ...(fate.backAt === null ? [] : [fate.backAt])];
    const replacedAt = times.length === 0 ? null : times.reduce((first, at) => Math.min(first, at));
    const isSmall = loss.closed < minCloses;
    ends.push({ loss, inOrder: isInOrder(loss), isSmall, upSince, backAt: fate.backAt, toVersion, replacedAt });
  }
  return ends.sort(
    (a, b) => a.loss.startedAt - b.loss.startedAt || (a.loss.log.instance < b.loss.log.instance ? -1 : 1),
  );
}
