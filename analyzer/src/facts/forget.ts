import type { Facts } from './facts.ts';
import { BIN, BINS_KEPT, CLIENT_WINDOW, CLOSED_KEPT, LATE_AFTER, MOST_CONNECTIONS, SILENT_KEPT } from './limits.ts';
import type { ServiceFacts } from './service-facts.ts';

/** Versions remembered of a service; older ones go first. */
const VERSIONS_KEPT = 100;

/**
 * Lets go of what no verdict needs any more: connections closed more than 45 minutes ago (or before `neededFrom`, where a
 * verdict still reads further back), open ones of instances that have been silent for an hour, and bins after two hours.
 * Returns how many connections went early because there were too many.
 */
export function forget(facts: Facts, now: number, neededFrom: (service: ServiceFacts) => number): number {
  let kept = 0;
  for (const service of facts.services.values()) {
    const edge = Math.min(now - CLOSED_KEPT, neededFrom(service));
    const spoke = lastWords(service);
    // From the end, as what is let go has its place taken by the last one.
    for (let place = service.connections.size - 1; place >= 0; place--) {
      const { closedAt, instance } = service.connections.at(place).connection;
      const isOver = closedAt !== null ? closedAt < edge : (spoke.get(instance ?? '') ?? 0) < now - SILENT_KEPT;
      if (isOver) facts.forget(service, place);
    }
    service.processes.forgetBefore(edge);
    service.clients.forgetBefore(edge);
    kept += service.connections.size;
    service.forgetBefore(Math.floor(now / BIN) - BINS_KEPT, now - LATE_AFTER - CLIENT_WINDOW, now);
    forgetVersions(service);
  }
  facts.forgetUncounted(now - CLOSED_KEPT);
  return kept > MOST_CONNECTIONS ? forgetOldest(facts, kept - MOST_CONNECTIONS) : 0;
}

/** The newest row of each instance among the connections in memory. */
function lastWords(service: ServiceFacts): Map<string, number> {
  const last = new Map<string, number>();
  for (const { connection, spoke } of service.connections.values()) {
    const instance = connection.instance ?? '';
    for (const time of spoke) if (time > (last.get(instance) ?? 0)) last.set(instance, time);
  }
  return last;
}

function forgetVersions({ versions }: ServiceFacts): void {
  const oldest = [...versions].sort((a, b) => a[1] - b[1]);
  for (const [version] of oldest.slice(0, -VERSIONS_KEPT)) versions.delete(version);
}

function forgetOldest(facts: Facts, excess: number): number {
  const closes: number[] = [];
  for (const service of facts.services.values())
    for (const { connection } of service.connections.values())
      if (connection.closedAt !== null) closes.push(connection.closedAt);
  closes.sort((a, b) => a - b);
  const edge = closes[Math.min(excess, closes.length - 1)] ?? Number.NEGATIVE_INFINITY;
  let gone = 0;
  for (const service of facts.services.values()) {
    for (let place = service.connections.size - 1; place >= 0; place--) {
      const { closedAt } = service.connections.at(place).connection;
      if (closedAt === null || closedAt >= edge) continue;
      facts.forget(service, place);
      gone++;
    }
  }
  return gone;
}
