import { APPEND_ROWS } from '../store.ts';

/**
 * How much longer than others a group may wait that will be full by then, as a multiple of the usual wait: a row of a full group costs
 * half as much, and a third of a second is soon enough.
 */
const FULL_GROUP_WAITS = 3;

/**
 * Milliseconds that a group still waits for more requests; 0 or less for not at all. `waited` are those since its first request, `groupMs`
 * the usual wait.
 *
 * @example groupWait(300, 40, 100) // 60
 */
export function groupWait(rows: number, waited: number, groupMs: number): number {
  const longest = groupMs * FULL_GROUP_WAITS;
  const rowsByThen = (rows / Math.max(waited, groupMs)) * longest;
  return (rowsByThen >= APPEND_ROWS ? longest : groupMs) - waited;
}
