/** The ranges that the timeline offers, in minutes. */
export const RANGES = [5, 15, 60] as const;
export type RangeMinutes = (typeof RANGES)[number];

/** 60 to 90 bins fit a wide page; a phone gets bins twice as long, so that a bar stays wide enough for its hatch. */
const BIN_SECONDS: Record<RangeMinutes, number> = { 5: 5, 15: 10, 60: 60 };

/** Length of a bin for a range. */
export function binSecondsOf(range: RangeMinutes, isPhone: boolean): number {
  return BIN_SECONDS[range] * (isPhone ? 2 : 1);
}

/** Words for a bin's length: "10 s" or "minute". */
export function binText(binSeconds: number): string {
  if (binSeconds < 60) return `${binSeconds} s`;
  return binSeconds === 60 ? 'minute' : `${binSeconds / 60} min`;
}
