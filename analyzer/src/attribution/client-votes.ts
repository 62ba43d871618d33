import { type Connection, clientKey } from '../connection.ts';

/**
 * The weight of each connection so that every client has one vote, split evenly among its connections here: a client in
 * a retry loop then says no more than any other. In the order of `connections`; the sum is the number of clients.
 */
export function clientVotes(connections: readonly Connection[]): number[] {
  const counts = new Map<string, number>();
  const keys = connections.map(clientKey);
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return keys.map(key => 1 / counts.get(key)!);
}
