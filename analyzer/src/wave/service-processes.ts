import type { CountedConnection } from '../facts/merge-connection.ts';
import { ProcessLog } from './process-log.ts';

/**
 * The processes of one service and environment, by instance id and version: an id that comes back with another version is
 * another process (a StatefulSet keeps its names). Connections that only a client reported are left out, since their
 * instance is the client's own.
 */
export class ServiceProcesses {
  private readonly byInstance = new Map<string | null, Map<string | null, ProcessLog>>();
  private readonly logs = new Set<ProcessLog>();

  /** Puts a connection in the place of what was known of it; null for what was not known, or no longer counts. */
  replace(before: CountedConnection | null, after: CountedConnection | null): void {
    const was = before && isServers(before) ? this.logOf(before) : null;
    const is = after && isServers(after) ? this.logOf(after) : null;
    if (was !== null && was === is) {
      was.replace(before!, after!);
      return;
    }
    was?.remove(before!);
    is?.add(after!);
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
    for (const log of this.logs) {
      log.forgetBefore(time);
      if (log.opens.length > 0 || log.closes.length > 0 || log.levelAt(time) > 0) continue;
      this.logs.delete(log);
      const versions = this.byInstance.get(log.key)!;
      versions.delete(log.version);
      if (versions.size === 0) this.byInstance.delete(log.key);
    }
  }

  private logOf({ connection }: CountedConnection): ProcessLog {
    const { instance, serviceVersion } = connection;
    let versions = this.byInstance.get(instance);
    if (versions === undefined) {
      versions = new Map();
      this.byInstance.set(instance, versions);
    }
    let log = versions.get(serviceVersion);
    if (log === undefined) {
      log = new ProcessLog(instance, serviceVersion);
      versions.set(serviceVersion, log);
      this.logs.add(log);
    }
    return log;
  }
}

function isServers({ connection }: CountedConnection): boolean {
  return connection.countedRole === 'server';
}
