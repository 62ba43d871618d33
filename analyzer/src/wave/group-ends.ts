import type { ProcessEnd } from './process-end.ts';
import { restartSlots, SLOT_GAP, type Slot } from './restart-slots.ts';

/** Ends that have one cause, by their start. */
export interface EndGroup {
  ends: ProcessEnd[];
  /** The same ends by their place in the fleet. */
  slots: Slot[];
  /** Null while no successor of another version has been seen. */
  toVersion: string | null;
  /** Epoch milliseconds. */
  lastCloseAt: number;
}

/** A roll that goes on to a version that is known waits at most this long for a successor to be ready. */
export const ROLL_GAP = 10 * 60_000; // 10 min
/** One without a change of version waits this long where the last one has been replaced. */
export const ORDERED_GAP = 3 * 60_000; // 3 min

/**
 * Joins ends that follow one another: within `gap` milliseconds, longer where they head for the same version or one has
 * been replaced before the next goes, and longer still on the same slot. One that heads for another version begins a group of its own, and so
 * does one in order that strikes a process of the group's new version already: that is the next deploy. One that strikes it
 * without order while the roll goes on is the deploy's own trouble.
 */
export function groupEnds(ends: readonly ProcessEnd[], gap: number): EndGroup[] {
  const slotOf = new Map<ProcessEnd, Slot>();
  for (const slot of restartSlots(ends)) for (const end of slot) slotOf.set(end, slot);
  const groups: EndGroup[] = [];
  for (const end of ends) {
    const slot = slotOf.get(end)!;
    const group = groups.findLast(
      candidate => end.loss.startedAt <= candidate.lastCloseAt + gapTo(candidate, end, slot, gap),
    );
    if (group !== undefined) join(group, end);
    else if (!end.isSmall) groups.push(groupOf(end));
  }
  for (const group of groups) group.slots = slotsIn(group.ends, slotOf);
  return groups;
}

function groupOf(end: ProcessEnd): EndGroup {
  return { ends: [end], slots: [], toVersion: end.toVersion, lastCloseAt: end.loss.lastCloseAt };
}

function join(group: EndGroup, end: ProcessEnd): void {
  group.ends.push(end);
  group.toVersion ??= end.toVersion;
  group.lastCloseAt = Math.max(group.lastCloseAt, end.loss.lastCloseAt);
}

function slotsIn(ends: readonly ProcessEnd[], slotOf: ReadonlyMap<ProcessEnd, Slot>): Slot[] {
  const slots = new Map<Slot, Slot>();
  for (const end of ends) {
    const whole = slotOf.get(end)!;
    slots.set(whole, [...(slots.get(whole) ?? []), end]);
  }
  return [...slots.values()];
}

/** How long after the group's last close this end may begin to belong to it; -Infinity where it never does. */
function gapTo(group: EndGroup, end: ProcessEnd, slot: Slot, gap: number): number {
  const { toVersion } = group;
  const isSameSlot = group.ends.some(other => slot.includes(other));
  if (isSameSlot && (!end.inOrder || slot.length > 2)) return SLOT_GAP;
  if (end.isSmall) return Number.NEGATIVE_INFINITY;
  if (toVersion !== null && toVersion === end.loss.log.version)
    return !end.inOrder && end.toVersion === null ? gap : Number.NEGATIVE_INFINITY;
  if (toVersion !== null && end.toVersion !== null)
    return toVersion === end.toVersion ? ROLL_GAP : Number.NEGATIVE_INFINITY;
  if (toVersion !== null && group.ends.some(other => other.loss.log.version === end.loss.log.version)) return ROLL_GAP;
  const last = group.ends.at(-1)!;
  const isOrdered = last.inOrder === end.inOrder && last.replacedAt !== null && last.replacedAt <= end.loss.startedAt;
  return isOrdered ? Math.max(gap, ORDERED_GAP) : gap;
}
