import { regularizedBeta } from './regularized-beta.ts';

/**
 * P(X >= successes) of a Binomial(trials, probability) variable, as I_p(k, n - k + 1).
 * https://en.wikipedia.org/wiki/Binomial_distribution. R: `pbinom(successes - 1, trials, probability, lower = FALSE)`.
 *
 * @example binomialTail(2, 3, 0.5) // 0.5
 */
export function binomialTail(successes: number, trials: number, probability: number): number {
  if (successes <= 0) return 1;
  if (successes > trials) return 0;
  return regularizedBeta(probability, successes, trials - successes + 1);
}
