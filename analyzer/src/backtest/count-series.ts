/** Counts in bins of one width, oldest first. Columns, as a history by the second is long. */
export interface CountSeries {
  /** Width of a bin, seconds. */
  binSeconds: number;
  /** Starts of the bins, epoch seconds, rising by whole multiples of the width. A bin that is missing is unknown, not zero. */
  times: number[];
  /** Whole numbers from 0 on. */
  counts: number[];
  /** What could have been counted in each bin, in any unit; null where every bin has the same. */
  exposures: number[] | null;
}

/** Counts that can't be read as a series. The message says where, what was expected and what came. */
export class CountsError extends Error {
  override readonly name = 'CountsError';
}
