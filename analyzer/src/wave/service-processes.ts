import type { CountedConnection } from '../facts/merge-connection.ts';
import { type ClosedConnection, isBefore, isSame, ProcessLog } from './process-log.ts';
import { isBroken } from './restart-close.ts';
import { TimeOrdered } from './time-ordered.ts';

/**
 * The processes of one service and environment, by instance id and version: an id that comes back with another version is
 * another process (a StatefulSet keeps its names). Connections that only a client reported are left out, since their
 * instance is the client's own.
 */
export class ServiceProcesses {
  private readonly byInstance = new Map<string | null, Map<string | null, ProcessLog>>();
  private readonly logs = new Set<ProcessLog>();
  /** All closes with 1006, 1005 or no code, payload bugs apart, in order of time. */
  readonly broken = new TimeOrdered<ClosedConnection>(isBefore, isSame);
  private firstOpen = Number.POSITIVE_INFINITY;

  /** Puts a connection in the place of what was known of it; null for what was not known, or no longer counts. */
  replace(before: CountedConnection | null, after: CountedConnection | null): void {
    this.replaceBroken(before, after);
    const was = before && isServers(before) ? this.logOf(before) : null;
    const is = after && isServers(after) ? this.logOf(after) : null;
    if (was !== null && was === is) {
      was.replace(before!, after!);
      return;
    }
    was?.remove(before!);
    is?.add(after!);
  }

  /** The first open that anybody told of, epoch milliseconds; Infinity before one. */
  get firstSeenAt(): number {
    return this.firstOpen;
  }

  private replaceBroken(before: CountedConnection | null, after: CountedConnection | null): void {
    if (after?.openSeen && after.connection.openedAt !== null)
      this.firstOpen = Math.min(this.firstOpen, after.connection.openedAt);
    if (before && isBrokenOff(before)) this.broken.remove(before.connection.closedAt, before);
    if (after && isBrokenOff(after)) this.broken.insert(after.connection.closedAt, after);
  }

  /** All of them, in the order in which their first rows came. */
  all(): Iterable<ProcessLog> {
    return this.logs;
  }

  /** Those of the same id with another version. */
  siblingsOf(log: ProcessLog): ProcessLog[] {
    // Without an id the versions of several processes lie side by side, and say nothing of when one of them ended.
    if (log.key === null) return [];
    return [...(this.byInstance.get(log.key)?.values() ?? [])].filter(other => other !== log);
  }

  /** Lets go of what lies before `time` (epoch milliseconds), and of processes that have nothing left. */
  forgetBefore(time: number): void {
    this.broken.forgetBefore(time);
    for (const log of this.logs) {
      log.forgetBefore(time);
      if (log.opens.length > 0 || log.closes.length > 0 || log.gauge.length > 0 || log.levelAt(time) > 0) continue;
      this.logs.delete(log);
      const versions = this.byInstance.get(log.key)!;
      versions.delete(log.version);
      if (versions.size === 0) this.byInstance.delete(log.key);
    }
  }

  /** The process that a connection is one of. */
  logOf({ connection }: CountedConnection): ProcessLog {
    return this.ofInstance(connection.instance, connection.serviceVersion);
  }

  /** The process of this id and version; a new one where it is not known. */
  ofInstance(instance: string | null, version: string | null): ProcessLog {
    let versions = this.byInstance.get(instance);
    if (versions === undefined) {
      versions = new Map();
      this.byInstance.set(instance, versions);
    }
    let log = versions.get(version);
    if (log === undefined) {
      log = new ProcessLog(instance, version);
      versions.set(version, log);
      this.logs.add(log);
    }
    return log;
  }
}

function isServers({ connection }: CountedConnection): boolean {
  return connection.countedRole === 'server';
}

function isBrokenOff(counted: CountedConnection): counted is ClosedConnection {
  const { connection } = counted;
  return isServers(counted) && connection.closedAt !== null && !connection.payloadBug && isBroken(connection);
}
