import type { FoundRestart } from './find-restarts.ts';

/** Restarts that follow one another toward one version. */
export interface RestartGroup {
  restarts: FoundRestart[];
  /** Null while no successor of another version has been seen. */
  toVersion: string | null;
  lastCloseAt: number;
}

/**
 * Joins restarts that follow one another within `gap` milliseconds and head for the same version. One that heads for
 * another version, or that strikes an instance which runs the group's new version already, begins a group of its own.
 */
export function groupRestarts(
  restarts: readonly FoundRestart[],
  successorOf: (restart: FoundRestart) => string | null,
  gap: number,
): RestartGroup[] {
  const groups: RestartGroup[] = [];
  const ordered = [...restarts].sort((a, b) => a.startedAt - b.startedAt || (a.instance < b.instance ? -1 : 1));
  for (const restart of ordered) {
    const toVersion = successorOf(restart);
    const group = groups.findLast(
      candidate => restart.startedAt <= candidate.lastCloseAt + gap && fits(candidate, restart, toVersion),
    );
    if (group === undefined) {
      groups.push({ restarts: [restart], toVersion, lastCloseAt: restart.lastCloseAt });
    } else {
      group.restarts.push(restart);
      group.toVersion ??= toVersion;
      group.lastCloseAt = Math.max(group.lastCloseAt, restart.lastCloseAt);
    }
  }
  return groups;
}

function fits(group: RestartGroup, restart: FoundRestart, toVersion: string | null): boolean {
  if (group.toVersion !== null && group.toVersion === restart.version) return false;
  return group.toVersion === null || toVersion === null || group.toVersion === toVersion;
}
