/**
 * The value below which a share of the values lies, the next larger one where it falls between two; missed values are infinite.
 *
 * @example quantileOf([3, 1, 2], 0.5) // 2
 */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}
