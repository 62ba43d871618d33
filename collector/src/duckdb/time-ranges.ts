/** Both ends belong to it; epoch milliseconds. */
export interface TimeRange {
  from: number;
  to: number;
}

/** A gap that is worth a range of its own: rows of ten minutes are a few row groups at most. */
const GAP_MS = 600_000;
/** Ranges of one append: late spans come in a clump or two, and each range is one more scan. */
const MAX_RANGES = 4;

/**
 * The fewest ranges that hold all times and leave out the large gaps between them, so that one late span does not make
 * the search for duplicates read everything since. Times are epoch milliseconds, in any order, at least one.
 */
export function timeRanges(times: readonly number[]): TimeRange[] {
  const sorted = Float64Array.from(times).sort();
  const breaks: number[] = [];
  for (let index = 1; index < sorted.length; index++) {
    if (sorted[index]! - sorted[index - 1]! > GAP_MS) breaks.push(index);
  }
  const width = (index: number) => sorted[index]! - sorted[index - 1]!;
  const kept = breaks
    .sort((a, b) => width(b) - width(a))
    .slice(0, MAX_RANGES - 1)
    .sort((a, b) => a - b);
  const starts = [0, ...kept];
  return starts.map((start, index) => ({ from: sorted[start]!, to: sorted[(kept[index] ?? sorted.length) - 1]! }));
}
