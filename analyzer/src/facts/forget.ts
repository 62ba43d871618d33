import type { Facts } from './facts.ts';
import { BIN, BINS_KEPT, CLIENT_WINDOW, CLOSED_KEPT, LATE_AFTER, MOST_CONNECTIONS, SILENT_KEPT } from './limits.ts';
import type { ServiceFacts } from './service-facts.ts';

/** Versions remembered of a service; older ones go first. */
const VERSIONS_KEPT = 100;

/**
 * Lets go of what no verdict needs any more: connections closed more than 45 minutes ago (or before `neededFrom`, where a
 * verdict still reads further back), open ones of instances that have been silent for an hour, and bins after two hours.
 * Returns how many connections went early because there were too many. Takes time in proportion to what goes.
 */
export function forget(facts: Facts, now: number, neededFrom: (service: ServiceFacts) => number): number {
  let kept = 0;
  for (const service of facts.services.values()) {
    const edge = Math.min(now - CLOSED_KEPT, neededFrom(service));
    facts.forgetClosed(service, edge);
    const silent = takeSilent(service, now - SILENT_KEPT);
    if (silent.size > 0) facts.forgetOpenOn(service, silent);
    service.processes.forgetBefore(edge);
    service.clients.forgetBefore(edge);
    kept += service.connections.size;
    service.forgetBefore(Math.floor(now / BIN) - BINS_KEPT, now - LATE_AFTER - CLIENT_WINDOW, now);
    forgetVersions(service);
  }
  facts.forgetUncounted(now - CLOSED_KEPT);
  return kept > MOST_CONNECTIONS ? forgetOldest(facts, kept - MOST_CONNECTIONS) : 0;
}

/** The instances whose last word was before `time`. They are told once, until they speak again. */
function takeSilent({ lastWords }: ServiceFacts, time: number): Set<string> {
  const silent = new Set<string>();
  for (const [instance, last] of lastWords) if (last < time) silent.add(instance);
  for (const instance of silent) lastWords.delete(instance);
  return silent;
}

function forgetVersions({ versions }: ServiceFacts): void {
  if (versions.size <= VERSIONS_KEPT) return;
  const oldest = [...versions].sort((a, b) => a[1] - b[1]);
  for (const [version] of oldest.slice(0, -VERSIONS_KEPT)) versions.delete(version);
}

function forgetOldest(facts: Facts, excess: number): number {
  const closes = [...facts.services.values()].flatMap(service => [...service.connections.closes()]);
  closes.sort((a, b) => a - b);
  const edge = closes[Math.min(excess, closes.length - 1)] ?? Number.NEGATIVE_INFINITY;
  let gone = 0;
  for (const service of facts.services.values()) gone += facts.forgetClosed(service, edge);
  return gone;
}
