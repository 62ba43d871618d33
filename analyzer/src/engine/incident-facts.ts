import { type Connection, clientKey } from '../connection.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';
import { BUGS_KEPT } from '../incident.ts';

/** What an incident is explained by. */
export interface IncidentFacts {
  bugs: Connection[];
  population: Connection[];
  /** The payload bugs of the ten minutes before: what is usual. */
  earlier: Connection[];
}

/** Connections that closed so long before an incident are still in memory when its explanation is made for the last time. Milliseconds. */
const EARLIER = 10 * 60_000;

/** The payload bugs from `startedAt` to `until` (epoch milliseconds) by their time, and the connections that were open in between, in no order. */
export function incidentFacts(service: ServiceFacts, startedAt: number, until: number): IncidentFacts {
  const bugs: Connection[] = [];
  const population: Connection[] = [];
  const earlier: Connection[] = [];
  for (const { connection, firstTime } of service.connections.values()) {
    const { openedAt, closedAt, payloadBug } = connection;
    if (closedAt !== null && closedAt < startedAt) {
      if (payloadBug && closedAt >= startedAt - EARLIER) earlier.push(connection);
      continue;
    }
    if (Math.min(openedAt ?? firstTime, firstTime) > until) continue;
    population.push(connection);
    if (payloadBug && closedAt !== null && closedAt <= until) bugs.push(connection);
  }
  bugs.sort((a, b) => a.closedAt! - b.closedAt! || (a.id < b.id ? -1 : 1));
  earlier.sort((a, b) => a.closedAt! - b.closedAt! || (a.id < b.id ? -1 : 1));
  return { bugs: bugs.slice(0, BUGS_KEPT), population, earlier };
}

/** The share of these clients that are sick. */
export function sickShare(bugs: readonly Connection[], population: readonly Connection[]): number {
  const all = new Set(population.map(clientKey)).size;
  return all === 0 ? 0 : new Set(bugs.map(clientKey)).size / all;
}
