import type { Connection } from '../connection.ts';
import { instanceLives } from './instance-lives.ts';
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
 * Sorts connections by process, as far as they tell, each seen as at `now`: what happens later has not happened. An id
 * that comes back with another version is another process (a StatefulSet keeps its names), and so is one that comes back
 * with an earlier one. Rows that only a client reported are left out, since their instance is the client's own.
 */
export function instanceTimelines(connections: readonly Connection[], now: number): InstanceTimeline[] {
  const instances = new Map<string | null, Map<string | null, Connection[]>>();
  for (const connection of connections) {
    const { countedRole, instance, serviceVersion, openedAt } = connection;
    if (countedRole !== 'server' || (openedAt ?? Number.NEGATIVE_INFINITY) > now) continue;
    const versions = instances.get(instance) ?? new Map<string | null, Connection[]>();
    instances.set(instance, versions);
    const known = versions.get(serviceVersion);
    if (known === undefined) versions.set(serviceVersion, [connection]);
    else known.push(connection);
  }
  return [...instances].flatMap(([instance, versions]) =>
    [...versions].flatMap(([version, own]) => {
      // Without an id the versions of several processes lie side by side, and say nothing of when one of them ended.
      const others = instance === null ? [] : [...versions].filter(([other]) => other !== version);
      const lives = instanceLives(
        own,
        others.flatMap(([, connections]) => opensOf(connections)),
      );
      return lives.map(life => timelineOf(instance ?? NO_INSTANCE, version, life, now));
    }),
  );
}

function timelineOf(
  instance: string,
  version: string | null,
  connections: Connection[],
  now: number,
): InstanceTimeline {
  const firstSeenAt = opensOf(connections).reduce((first, openedAt) => Math.min(first, openedAt));
  const restartCloses = connections.filter(
    connection => closedBy(connection, now) && !connection.payloadBug && isRestartClose(connection),
  ).length;
  return { instance, version, firstSeenAt, connections, restartCloses };
}

function opensOf(connections: readonly Connection[]): number[] {
  return connections.map(({ openedAt }) => openedAt ?? Number.NEGATIVE_INFINITY);
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
