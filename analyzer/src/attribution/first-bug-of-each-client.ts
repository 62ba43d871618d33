import { type Connection, clientKey } from '../connection.ts';

/** Of each sick client the bug with which it began: where it failed first says more of the cause than its retries do. */
export function firstBugOfEachClient(bugs: readonly Connection[]): Connection[] {
  const first = new Map<string, Connection>();
  for (const bug of bugs) {
    const earlier = first.get(clientKey(bug));
    if (earlier === undefined || bug.closedAt! < earlier.closedAt!) first.set(clientKey(bug), bug);
  }
  return [...first.values()];
}
