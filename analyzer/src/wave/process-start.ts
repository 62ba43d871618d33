import type { ProcessLog } from './process-log.ts';
import type { ServiceProcesses } from './service-processes.ts';

/** A process that came up: one instance with one version, at its first known open. */
export interface ProcessStart {
  log: ProcessLog;
  /** Epoch milliseconds; -Infinity where a connection is older than its record. */
  at: number;
}

/**
 * When processes came up, as known at `now`. An id that comes back with the version that it had before another one is a new process
 * (after a rollback on a StatefulSet): a start is an open with none of its own open, where another version opened since the last one. Two
 * processes that share an id by mistake are not cut up.
 */
export function processStarts(processes: ServiceProcesses, now: number): ProcessStart[] {
  const starts: ProcessStart[] = [];
  for (const log of processes.all()) {
    if (log.firstSeenAt <= now) starts.push({ log, at: log.firstSeenAt });
    const siblings = processes.siblingsOf(log);
    if (siblings.length > 0) for (const at of returnsOf(log, siblings, now)) starts.push({ log, at });
  }
  return starts;
}

/** Later starts of the same id and version. */
function returnsOf(log: ProcessLog, siblings: readonly ProcessLog[], now: number): number[] {
  const returns: number[] = [];
  const { opens, closes } = log;
  let close = 0;
  let level = log.levelAt(opens.times[0] ?? now) - (opens.items[0] ?? 0);
  for (let index = 0; index < opens.length && opens.times[index]! <= now; index += 1) {
    const at = opens.times[index]!;
    for (; close < closes.length && closes.times[close]! < at; close += 1)
      if (index > 0 || closes.times[close]! >= opens.times[0]!) level -= closes.items[close]!.closeWeight;
    const before = opens.times[index - 1];
    if (before !== undefined && level <= 0 && siblings.some(other => opensBetween(other, before, at))) returns.push(at);
    level = Math.max(0, level) + opens.items[index]!;
  }
  return returns;
}

function opensBetween({ opens }: ProcessLog, after: number, before: number): boolean {
  const next = opens.times[opens.firstAfter(after)];
  return next !== undefined && next < before;
}
