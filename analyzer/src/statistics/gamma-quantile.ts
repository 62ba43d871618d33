import { logGamma } from './log-gamma.ts';
import { normalQuantile } from './normal-quantile.ts';
import { regularizedGamma } from './regularized-gamma.ts';

/**
 * The quantile of a Gamma(shape, rate) variable. Starts at Wilson and Hilferty's cube (or at the tail's power law for
 * small shapes), then Newton steps on the distribution function, halved where they would leave the axis.
 * https://en.wikipedia.org/wiki/Gamma_distribution#Quantile_function. R: `qgamma(p, shape, rate)`.
 *
 * @example gammaQuantile(0.9, 0.5, 1) // 1.352771727047702
 */
export function gammaQuantile(probability: number, shape: number, rate: number): number {
  if (!(probability > 0 && probability < 1))
    throw new RangeError(`expected a probability in (0, 1), got ${probability}`);
  let x = firstGuess(probability, shape);
  for (let step = 0; step < 60; step++) {
    const density = Math.exp((shape - 1) * Math.log(x) - x - logGamma(shape));
    const next = x - (regularizedGamma(shape, x) - probability) / density;
    const kept = next > 0 ? next : x / 2;
    if (Math.abs(kept - x) <= 1e-12 * x) return kept / rate;
    x = kept;
  }
  return x / rate;
}

function firstGuess(probability: number, shape: number): number {
  const cube = 1 - 1 / (9 * shape) + normalQuantile(probability) / (3 * Math.sqrt(shape));
  if (shape >= 0.3 && cube > 0.1) return shape * cube ** 3;
  return Math.exp((Math.log(probability) + logGamma(shape + 1)) / shape);
}
