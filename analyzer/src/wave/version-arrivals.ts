import type { ProcessLog } from './process-log.ts';
import type { ServiceProcesses } from './service-processes.ts';

/** A version that came while another one was there. Times are epoch milliseconds. */
export interface VersionArrival {
  version: string;
  fromVersion: string;
  /** The first known open of its first process, and of the last one that came with it. */
  startedAt: number;
  lastStartAt: number;
}

/** Versions that are there when the record begins have not arrived. */
const AFTER_BEGIN = 60_000; // 1 min
/** The version before was heard of no longer than this before. */
const STILL_THERE = 2 * 60_000; // 2 min
/** A process that comes this long after the one before it came with it. */
const TOGETHER = 15 * 60_000; // 15 min

/**
 * The versions that have come, by their start, as far as processes are remembered: also where no instance went for them (a canary),
 * or none lost enough connections to speak of a wave.
 */
export function versionArrivals(processes: ServiceProcesses): VersionArrival[] {
  const byVersion = new Map<string, ProcessLog[]>();
  for (const log of processes.all())
    if (log.version !== null) byVersion.set(log.version, [...(byVersion.get(log.version) ?? []), log]);
  if (byVersion.size < 2) return [];
  const firstOf = (logs: readonly ProcessLog[]) =>
    logs.reduce((first, log) => Math.min(first, log.firstSeenAt), Number.POSITIVE_INFINITY);
  const arrivals: VersionArrival[] = [];
  for (const [version, logs] of byVersion) {
    const startedAt = firstOf(logs);
    if (startedAt < processes.firstSeenAt + AFTER_BEGIN) continue;
    let before: { version: string; startedAt: number } | null = null;
    for (const [other, others] of byVersion) {
      const first = firstOf(others);
      if (other === version || first >= startedAt || !others.some(log => log.lastSeenAt >= startedAt - STILL_THERE))
        continue;
      if (before === null || first > before.startedAt || (first === before.startedAt && other < before.version))
        before = { version: other, startedAt: first };
    }
    if (before !== null)
      arrivals.push({ version, fromVersion: before.version, startedAt, lastStartAt: lastTogether(logs, startedAt) });
  }
  return arrivals.sort((a, b) => a.startedAt - b.startedAt || (a.version < b.version ? -1 : 1));
}

function lastTogether(logs: readonly ProcessLog[], startedAt: number): number {
  const starts = logs.map(log => log.firstSeenAt).sort((a, b) => a - b);
  let last = startedAt;
  for (const start of starts) if (start <= last + TOGETHER) last = Math.max(last, start);
  return last;
}
