import type { ProcessEnd } from './process-end.ts';

/** The ends of one place in the fleet, one process after another with the same version. */
export type Slot = ProcessEnd[];

/** From one end to the next: the longest backoff (300 s), a start, and a life that is too short to be one. */
export const SLOT_GAP = 10 * 60_000; // 10 min
/** A process with a new id takes the place of an ended one of its version within this: the longest backoff and a start. */
const NEXT_START = 330_000; // 330 s
/** It belongs to the same trouble when it lives no longer than this. */
const SHORT_LIFE = 5 * 60_000; // 5 min
/** One that ended in order was shut down by somebody: twice in a row that is only trouble when its life was shorter still. */
const SHORT_ORDERLY_LIFE = 2 * 60_000; // 2 min

/** So many ends of one slot within a quarter of an hour are a crash loop. */
const LOOP_ENDS = 3;
const LOOP_WITHIN = 15 * 60_000; // 15 min

/**
 * Sorts ends (by their start) into slots. An instance that keeps its id is its own slot; a process with a new id is in the
 * slot of the last one of its version that ended before it came up, where it did not live long. Every end leads to one process at most.
 */
export function restartSlots(ends: readonly ProcessEnd[]): Slot[] {
  const slots: Slot[] = [];
  for (const end of ends) {
    const before = slots.filter(slot => follows(slot.at(-1)!, end));
    const own = before.find(slot => slot.at(-1)!.loss.log === end.loss.log);
    const nearest =
      own ??
      before.reduce<Slot | null>((best, slot) => (best === null || endOf(slot) > endOf(best) ? slot : best), null);
    if (nearest === null) slots.push([end]);
    else nearest.push(end);
  }
  return slots;
}

function endOf(slot: Slot): number {
  return slot.at(-1)!.loss.lastCloseAt;
}

function follows(before: ProcessEnd, end: ProcessEnd): boolean {
  const { loss, upSince } = end;
  if (loss.log.version !== before.loss.log.version) return false;
  if (loss.log === before.loss.log) return loss.startedAt <= before.loss.lastCloseAt + SLOT_GAP;
  const longest = end.inOrder && before.inOrder ? SHORT_ORDERLY_LIFE : SHORT_LIFE;
  return (
    upSince > before.loss.lastCloseAt &&
    upSince <= before.loss.lastCloseAt + NEXT_START &&
    loss.startedAt - upSince <= longest
  );
}

/** The end at which the slot had proved to be a crash loop: the third within a quarter of an hour. Null where it has not. */
export function loopProvedBy(slot: Slot): ProcessEnd | null {
  const proof = slot.find(
    (end, index) =>
      index >= LOOP_ENDS - 1 && end.loss.startedAt - slot[index - LOOP_ENDS + 1]!.loss.startedAt <= LOOP_WITHIN,
  );
  return proof ?? null;
}
