import type { Connection } from '../connection.ts';

/** Payload bugs of one server version, beside its connections. */
export interface VersionRate {
  version: string;
  connections: number;
  bugs: number;
  /** `bugs` per 1,000 connections; null without connections. */
  perThousand: number | null;
}

/** How one server version fares: its share of the bugs against its share of the connections. */
export function versionRate(
  bugs: readonly Connection[],
  population: readonly Connection[],
  version: string,
): VersionRate {
  const connections = population.filter(connection => connection.serviceVersion === version).length;
  const hit = bugs.filter(bug => bug.serviceVersion === version).length;
  return { version, connections, bugs: hit, perThousand: connections === 0 ? null : (hit / connections) * 1000 };
}
