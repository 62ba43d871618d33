import { regularizedBeta } from './regularized-beta.ts';

/**
 * P(X >= count) of a negative binomial with this mean and this dispersion (variance over mean, above 1).
 * With r = mean / (dispersion - 1) and p = 1 / dispersion it is I_{1-p}(count, r).
 * https://en.wikipedia.org/wiki/Negative_binomial_distribution. R: `pnbinom(count - 1, size = r, mu = mean, lower = FALSE)`.
 *
 * @example negativeBinomialTail(3, 1, 2) // 0.125
 */
export function negativeBinomialTail(count: number, mean: number, dispersion: number): number {
  if (count <= 0) return 1;
  return regularizedBeta(1 - 1 / dispersion, count, mean / (dispersion - 1));
}
