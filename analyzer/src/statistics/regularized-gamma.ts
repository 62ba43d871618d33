import { logGamma } from './log-gamma.ts';

const PRECISION = 1e-15;
/** The series needs about x terms near x = a; past this the precision above is long reached for any shape we meet. */
const MOST_TERMS = 100_000;

/**
 * The regularized lower incomplete gamma function P(a, x): the probability that a Gamma(a, 1) variable is at most x.
 * Series below x = a + 1, continued fraction above it (Numerical Recipes 6.2). R: `pgamma(x, a)`.
 *
 * @example regularizedGamma(1, 2) // 1 - exp(-2) = 0.8646647167633873
 */
export function regularizedGamma(a: number, x: number): number {
  if (x <= 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? scale * lowerSeries(a, x) : 1 - scale * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * PRECISION; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Lentz's method: the fraction is evaluated from its head, with no zero divisor. */
function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < MOST_TERMS; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b || tiny);
    c = b + numerator / c || tiny;
    const factor = d * c;
    value *= factor;
    if (Math.abs(factor - 1) < PRECISION) break;
  }
  return value;
}
