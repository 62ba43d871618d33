import { BIN, YOUNG_UNTIL } from '../facts/limits.ts';
import type { ArmBins, ArmBug } from './arm-bins.ts';

/** What is exposed to a bug just before it. */
export interface RiskSet {
  /** By the arm's number: connections of 10 s and more that are open. */
  old: ReadonlyMap<number, number>;
  /** The bin of the arm's first open. */
  firstOpen: ReadonlyMap<number, number>;
  /** Whether the arm's instance has spoken lately: connections of one that has not may be gone. */
  isHeard(arm: number): boolean;
}

/** A young connection opened within so many bins, and what it is compared with did too. */
const YOUNG_BINS = Math.ceil(YOUNG_UNTIL / BIN);
/** Where hardly anybody opens, opens are counted further back, until there are so many, and for so many bins: what opens changes within a roll. */
const OPENS = 10;
const MOST_BINS = 60;

/**
 * The part (0 to 1) that the arms for which `isNew` holds have of what could have had this bug: of the last opens where its connection is less than 10 s old,
 * of the older open connections where it is not. `arms` are those to compare. Opens from before the first one on the new version don't count, as there
 * was no new version to open to.
 */
export function shareOfNew(
  { bins }: ArmBins,
  { old, firstOpen, isHeard }: RiskSet,
  bug: { bin: number; young: boolean; arm: ArmBug['arm'] },
  { arms, isNew }: { arms: readonly number[]; isNew: (arm: number) => boolean },
): number {
  if (bug.young) {
    const since = arms.reduce(
      (first, arm) => (isNew(arm) ? Math.min(first, firstOpen.get(arm) ?? first) : first),
      Number.POSITIVE_INFINITY,
    );
    return shareOfOpens(bins, { last: bug.bin, since }, new Set(arms), isNew) ?? Number(isNew(bug.arm));
  }
  let onNew = 0;
  let all = 0;
  for (const arm of arms) {
    const count = isHeard(arm) ? Math.max(0, old.get(arm) ?? 0) : 0;
    all += count;
    if (isNew(arm)) onNew += count;
  }
  return all === 0 ? Number(isNew(bug.arm)) : onNew / all;
}

function shareOfOpens(
  bins: ArmBins['bins'],
  { last, since }: { last: number; since: number },
  compared: ReadonlySet<number>,
  isNew: (arm: number) => boolean,
): number | null {
  let onNew = 0;
  let all = 0;
  for (let bin = last; bin >= since && bin > last - MOST_BINS && (all < OPENS || bin > last - YOUNG_BINS); bin--) {
    for (const [arm, count] of bins.get(bin)?.opens ?? []) {
      if (!compared.has(arm)) continue;
      all += count;
      if (isNew(arm)) onNew += count;
    }
  }
  return all === 0 ? null : onNew / all;
}
