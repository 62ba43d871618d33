import { APPEND_ROWS } from '../store.ts';

/**
 * How much longer than others a group may wait that will be full by then, as a multiple of the usual wait: a row of a full group costs
 * half as much, and a third of a second is soon enough.
 */
const FULL_GROUP_WAITS = 3;

/** The part of the usual wait after which nobody seems to send more: then a group past the usual wait is not kept from its commit. */
const QUIET_SHARE = 0.25;

/** A group that waits for more requests: its rows, and the milliseconds since the first and since the last of them came. */
export interface Waiting {
  rows: number;
  sinceFirst: number;
  sinceLast: number;
}

/**
 * Milliseconds after which to look at a group again; 0 or less where it is to be committed now. `groupMs` is the usual wait.
 *
 * @example groupWait({ rows: 300, sinceFirst: 40, sinceLast: 5 }, 100) // 60
 */
export function groupWait({ rows, sinceFirst, sinceLast }: Waiting, groupMs: number): number {
  if (sinceFirst < groupMs) return groupMs - sinceFirst;
  const longest = groupMs * FULL_GROUP_WAITS;
  const quiet = groupMs * QUIET_SHARE;
  if (sinceLast > quiet || (rows / sinceFirst) * longest < APPEND_ROWS) return 0;
  return Math.min(longest - sinceFirst, quiet);
}
