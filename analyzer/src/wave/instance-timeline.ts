import type { Connection } from '../connection.ts';
import { isRestartClose } from './restart-close.ts';

/** The connections of one process: one instance id with one version, as far as they are known. */
export interface InstanceTimeline {
  instance: string;
  version: string | null;
  /** The first open that is known, epoch milliseconds; -Infinity where a connection is older than its record. */
  firstSeenAt: number;
  connections: Connection[];
  /** How many of them closed in a way that speaks of a restart: with too few there is nothing to look for. */
  restartCloses: number;
}

/** Stands for the id of a server that does not say which instance it is: its version then is all that tells it apart. */
const NO_INSTANCE = '(no instance id)';

/**
 * Sorts connections by instance and version, each seen as at `now`: what happens later has not happened. An id that
 * comes back with another version is another process (a StatefulSet keeps its names). Rows that only a client reported
 * are left out, since their instance is the client's own. One pass.
 */
export function instanceTimelines(connections: readonly Connection[], now: number): InstanceTimeline[] {
  const timelines = new Map<string, InstanceTimeline>();
  for (const connection of connections) {
    if (connection.countedRole !== 'server') continue;
    const openedAt = connection.openedAt ?? Number.NEGATIVE_INFINITY;
    if (openedAt > now) continue;

    const key = JSON.stringify([connection.instance, connection.serviceVersion]);
    let timeline = timelines.get(key);
    if (timeline === undefined) {
      const { instance, serviceVersion: version } = connection;
      timeline = {
        instance: instance ?? NO_INSTANCE,
        version,
        firstSeenAt: openedAt,
        connections: [],
        restartCloses: 0,
      };
      timelines.set(key, timeline);
    }
    timeline.connections.push(connection);
    timeline.firstSeenAt = Math.min(timeline.firstSeenAt, openedAt);
    if (closedBy(connection, now) && !connection.payloadBug && isRestartClose(connection)) timeline.restartCloses += 1;
  }
  return [...timelines.values()];
}

/** True where the connection had closed by `time`, epoch milliseconds. */
export function closedBy(connection: Connection, time: number): connection is Connection & { closedAt: number } {
  return connection.closedAt !== null && connection.closedAt <= time;
}

/** True where the connection was open just before `time`, epoch milliseconds. */
function openAt(connection: Connection, time: number): boolean {
  const opened = connection.openedAt === null || connection.openedAt <= time;
  return opened && (connection.closedAt === null || connection.closedAt >= time);
}

/** True where the instance had a connection open just before `time`, epoch milliseconds. */
export function isUpAt(timeline: InstanceTimeline, time: number): boolean {
  return timeline.connections.some(connection => openAt(connection, time));
}
