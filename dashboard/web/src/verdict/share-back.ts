import type { Verdict } from '@closewatch/analyzer';

/** The share (0 to 1) of a wave's clients that are back so far. The parts come with three places, and so does the sum. */
export function shareBack({ early, withinWindow, late }: NonNullable<Verdict['reconnect']>): number {
  return Math.round((early + withinWindow + late) * 1_000) / 1_000;
}
