import { type Connection, clientKey } from '../connection.ts';
import { EXPECTED_UNIT, type ExpectedBugs } from './expected-bugs.ts';
import { firstBugOfEachClient } from './first-bug-of-each-client.ts';

/**
 * What is to be expected where every client had one chance, as with returns after a wave and with handshakes: the same of each client, split evenly among its
 * connections. In the form of `expectedBugs`, for what has no time at risk.
 */
export function expectedAlike(bugs: readonly Connection[], population: readonly Connection[]): ExpectedBugs {
  const first = firstBugOfEachClient(bugs);
  const connections = new Map<string, number>();
  const keys = population.map(clientKey);
  for (const key of keys) connections.set(key, (connections.get(key) ?? 0) + 1);
  const ofClient = (EXPECTED_UNIT * first.length) / Math.max(1, connections.size);
  return { first, ofConnection: Float64Array.from(keys, key => Math.round(ofClient / connections.get(key)!)) };
}
