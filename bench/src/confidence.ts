/** A median, and an interval that holds the true one. */
export interface MedianEstimate {
  median: number;
  low: number;
  high: number;
  /** The probability that the interval holds the true median: 0.95 or the next more that the number of values allows; less for fewer than six. */
  confidence: number;
}

const WANTED_CONFIDENCE = 0.95;

/**
 * The median with the interval between two order statistics, which assumes nothing of the distribution: the k-th smallest and
 * the k-th largest of n values hold the true median unless fewer than k values lie on one of its sides, and each value lies
 * there with probability one half. See https://online.stat.psu.edu/stat415/lesson/19/19.2. Throws a RangeError for no values.
 * Example: `medianEstimate([1, 2, 3, 4, 5, 6])` gives `{ median: 3.5, low: 1, high: 6, confidence: 0.96875 }`.
 */
export function medianEstimate(values: readonly number[]): MedianEstimate {
  if (values.length === 0) throw new RangeError('expected at least one value, got none');
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  let k = 1;
  while (k < n / 2 && confidenceOf(n, k + 1) >= WANTED_CONFIDENCE) k += 1;
  const median = (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.floor(n / 2)]!) / 2;
  return { median, low: sorted[k - 1]!, high: sorted[n - k]!, confidence: confidenceOf(n, k) };
}

/** One minus twice the probability of fewer than `k` heads in `n` throws of a coin. */
function confidenceOf(n: number, k: number): number {
  let combinations = 1;
  let fewer = 0;
  for (let heads = 0; heads < k; heads++) {
    fewer += combinations;
    combinations *= (n - heads) / (heads + 1);
  }
  return Math.max(0, 1 - (2 * fewer) / 2 ** n);
}
