import { logGamma } from './log-gamma.ts';

/** Up to here the product of factors is as fast as four logarithms of the gamma function, and exact. */
const FEW = 32;

/**
 * The log likelihood ratio of a count between two negative binomials of one dispersion (variance over mean, above 1) and
 * of means `ratio * mean` and `mean`. With r = mean / (dispersion - 1):
 * log G(x + ratio r) + log G(r) - log G(x + r) - log G(ratio r) - (ratio - 1) r log(dispersion).
 * Holding the dispersion and not r is what lets one isolated event speak. Mixture over ratios:
 * Shin, Ramdas, Rinaldo, "E-detectors", https://arxiv.org/abs/2203.03532.
 * R: `dnbinom(x, size = ratio*r, mu = ratio*mean, log = TRUE) - dnbinom(x, size = r, mu = mean, log = TRUE)`.
 *
 * @example negativeBinomialLogRatio(3, 1, 2, 2) // log(2*3*4 / (1*2*3)) - log(2) = 0.6931471805599453
 */
export function negativeBinomialLogRatio(count: number, mean: number, ratio: number, dispersion: number): number {
  const r = mean / (dispersion - 1);
  const silence = -(ratio - 1) * r * Math.log(dispersion);
  if (count === 0) return silence;
  if (count > FEW)
    return silence + logGamma(count + ratio * r) + logGamma(r) - logGamma(count + r) - logGamma(ratio * r);
  let product = 1;
  for (let i = 0; i < count; i++) product *= (ratio * r + i) / (r + i);
  return silence + Math.log(product);
}
