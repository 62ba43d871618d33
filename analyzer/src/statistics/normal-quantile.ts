const CENTRAL = [
  [
    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
    2.506628277459239,
  ],
  [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1],
] as const;
const TAIL = [
  [
    -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1],
] as const;
/** Where Acklam's two approximations meet. */
const TAIL_BELOW = 0.02425;

/**
 * The quantile of the standard normal distribution by Acklam's rational approximation, relative error below 1.2e-9.
 * https://en.wikipedia.org/wiki/Normal_distribution#Quantile_function. R: `qnorm(p)`.
 *
 * @example normalQuantile(0.975) // 1.959964
 */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1))
    throw new RangeError(`expected a probability in (0, 1), got ${probability}`);
  if (probability > 1 - TAIL_BELOW) return -normalQuantile(1 - probability);
  if (probability < TAIL_BELOW) {
    const q = Math.sqrt(-2 * Math.log(probability));
    return polynomial(TAIL[0], q) / polynomial(TAIL[1], q);
  }
  const q = probability - 0.5;
  return (q * polynomial(CENTRAL[0], q * q)) / polynomial(CENTRAL[1], q * q);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
