/** Minimum, median and maximum of several runs. */
export interface Spread {
  min: number;
  median: number;
  max: number;
}

/** @throws RangeError for no values @example spreadOf([3, 1, 2]) // { min: 1, median: 2, max: 3 } */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('expected at least one value, got none');
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)! };
}

/** @example textOfSpread({ min: 1, median: 2, max: 3 }) // '2 (1 to 3)' */
export function textOfSpread({ min, median, max }: Spread, digits = 0): string {
  const text = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text(median)} (${text(min)} to ${text(max)})`;
}
