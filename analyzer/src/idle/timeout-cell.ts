import type { Drop } from '../facts/drops.ts';
import { TIMEOUTS } from './known-timeouts.ts';

/** What the drops of one minute say of one timeout. */
export interface TimeoutCell {
  /** Drops at the timeout's age. */
  inside: Drop[];
  /** Drops at that age or near it. */
  near: number;
  /** How many of them a smooth distribution of ages has at the timeout's age. */
  expected: number;
}

/** Opens up to a time (epoch milliseconds), from some fixed time on; a fraction of a second counts for a fraction of its opens. */
export type OpensUpTo = (time: number) => number;

/** Seconds before a timeout and after it that count as it: clocks, and the first messages, which come within the first seconds. */
const EARLY = 0.5;
const LATE = 2;
/** Ages to either side that it is compared with: this share of the timeout, five seconds at least. */
const NEAR_SHARE = 0.15;
const NEAR_LEAST = 5;
/** Opens a second that there may have been where few were seen: then what is near counts by the length of time alone. */
const UNSEEN_OPENS = 0.05;

/**
 * The cells of one minute's drops, by timeout. A drop near a timeout is at its age by chance as often as the connections that
 * were opened the right time ago are among those that were opened near it: so that a herd that opened together, and goes
 * together, is no timeout.
 */
export function timeoutCells(drops: Iterable<Drop>, opensUpTo: OpensUpTo): Map<number, TimeoutCell> {
  const cells = new Map<number, TimeoutCell>();
  for (const drop of drops) {
    const age = (drop.closedAt - drop.openedAt) / 1000;
    for (const timeout of TIMEOUTS) {
      const near = Math.max(NEAR_LEAST, NEAR_SHARE * timeout);
      if (age < timeout - EARLY - near) break;
      if (age > timeout + LATE + near) continue;
      const cell = cells.get(timeout) ?? { inside: [], near: 0, expected: 0 };
      cells.set(timeout, cell);
      const isInside = age >= timeout - EARLY && age <= timeout + LATE;
      if (isInside) cell.inside.push(drop);
      cell.near += 1;
      cell.expected += chanceOf(drop.closedAt, timeout, near, isInside, opensUpTo);
    }
  }
  return cells;
}

/** The share of the opens near the timeout's age that are at it, without the drop's own. */
function chanceOf(at: number, timeout: number, near: number, isInside: boolean, opensUpTo: OpensUpTo): number {
  const opensOfAges = (from: number, to: number) => opensUpTo(at - from * 1000) - opensUpTo(at - to * 1000);
  const inside = opensOfAges(timeout - EARLY, timeout + LATE) - (isInside ? 1 : 0);
  const all = opensOfAges(Math.max(0, timeout - EARLY - near), timeout + LATE + near) - 1;
  const width = EARLY + LATE;
  return (
    (Math.max(0, inside) + UNSEEN_OPENS * width) /
    (Math.max(0, all, inside) + UNSEEN_OPENS * (width + near + Math.min(near, timeout - EARLY)))
  );
}
