import type { StoredDay } from '../store-status.ts';
import { type Day, lastDays } from './day.ts';

const DAY_MS = 86_400_000;

/** How much is kept. What is left out is unlimited. */
export interface Retention {
  /** Whole days before today. */
  days?: number;
  /** Of all that the store has on the disk. */
  bytes?: number;
}

/**
 * The days to take away, of all in the order in which they were begun: those that are too old, and as many more as the rest is too large by. The last day
 * stays, live or not: it has the last sequence. `bytes` is the size of the whole store, `now` is epoch milliseconds.
 */
export function retiredDays(days: readonly StoredDay[], bytes: number, retention: Retention, now: number): Day[] {
  const { days: kept = Number.POSITIVE_INFINITY, bytes: most = Number.POSITIVE_INFINITY } = retention;
  const retired: Day[] = [];
  let remaining = bytes;
  const last = lastDays(days);
  for (const [place, { day, bytes: size }] of days.slice(0, -1).entries()) {
    const age = Math.floor(now / DAY_MS) - Date.parse(last[place]!) / DAY_MS;
    if (age <= kept && remaining <= most) break;
    retired.push(day);
    remaining -= size;
  }
  return retired;
}
