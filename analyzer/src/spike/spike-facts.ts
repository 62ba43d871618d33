import type { Connection } from '../connection.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';
import { streamOfClose, streamOfHandshake } from '../facts/stream-of.ts';
import { BUGS_KEPT } from '../incident.ts';

/** What a spike is explained by. */
interface SpikeFacts {
  bugs: Connection[];
  population: Connection[];
}

/**
 * What came in a stream from `startedAt` to `until` (epoch milliseconds), and what it is compared with: of closes the
 * connections that were open in between, of failed handshakes all that were tried, each as a connection of no duration.
 */
export function spikeFacts(
  facts: Pick<ServiceFacts, 'connections' | 'handshakes'>,
  stream: string,
  startedAt: number,
  until: number,
): SpikeFacts {
  const isMeanwhile = (time: number | null) => time !== null && time >= startedAt && time <= until;
  const bugs: Connection[] = [];
  const population: Connection[] = [];
  const isHandshake = stream.startsWith('handshake');
  for (const { connection, firstTime } of facts.connections.values()) {
    const { openedAt, closedAt } = connection;
    if (isHandshake) {
      if (isMeanwhile(openedAt)) population.push({ ...connection, closedAt: openedAt });
      continue;
    }
    if (closedAt !== null && closedAt < startedAt) continue;
    if (Math.min(openedAt ?? firstTime, firstTime) > until) continue;
    population.push(connection);
    if (isMeanwhile(closedAt) && streamOfClose(connection) === stream) bugs.push(connection);
  }
  for (const { connection, status } of isHandshake ? facts.handshakes.values() : []) {
    if (!isMeanwhile(connection.closedAt)) continue;
    const tried = { ...connection, openedAt: connection.closedAt };
    population.push(tried);
    if (streamOfHandshake(status) === stream) bugs.push(tried);
  }
  population.sort((a, b) => (a.id < b.id ? -1 : 1));
  bugs.sort((a, b) => a.closedAt! - b.closedAt! || (a.id < b.id ? -1 : 1));
  return { bugs: bugs.slice(0, BUGS_KEPT), population };
}
