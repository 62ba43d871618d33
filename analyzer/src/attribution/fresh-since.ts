import type { Connection } from '../connection.ts';

/** A bug often comes with a connection's first message: what was opened this long before the first bug had its chance. */
const LEAD = 60_000; // 60 s

/**
 * The time (epoch milliseconds) from which on a connection counts as opened while the bug was about: a minute before the
 * first bug. In a rolling deploy whatever opens, opens on the new servers, which then seem to have all the bugs; among
 * the fresh connections alone they do not.
 */
export function freshSince(bugs: readonly Connection[]): number {
  const first = bugs.reduce((least, { closedAt }) => Math.min(least, closedAt ?? least), Number.POSITIVE_INFINITY);
  return first - LEAD;
}

/** True where the connection was opened at `since` or later; one of unknown age was not. */
export function isFresh(connection: Pick<Connection, 'openedAt'>, since: number): boolean {
  return connection.openedAt !== null && connection.openedAt >= since;
}
