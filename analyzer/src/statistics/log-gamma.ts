/** Lanczos coefficients for g = 7, n = 9 (Godfrey 2001): about 15 digits for positive arguments. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * The natural logarithm of the gamma function, for x > 0.
 * https://en.wikipedia.org/wiki/Lanczos_approximation
 *
 * @example logGamma(5) // log(24) = 3.178053830347946
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`expected a positive number, got ${x}`);
  // Gamma(x) = Gamma(x + 1) / x keeps small arguments away from the series' left edge.
  if (x < 0.5) return logGamma(x + 1) - Math.log(x);
  const z = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (z + i);
  const t = z + 7.5;
  return HALF_LOG_TWO_PI + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
