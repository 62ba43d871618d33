/**
 * The interval that holds a true share with 95 % confidence, by Wilson's score: it stays inside 0 to 1, also where all or none of `trials` are
 * `successes`. https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
 *
 * @example shareInterval(98, 100) // { low: 0.93, high: 0.994 }
 */
export function shareInterval(successes: number, trials: number): { low: number; high: number } {
  const z = 1.959964;
  const share = successes / trials;
  const scale = 1 + z ** 2 / trials;
  const middle = (share + z ** 2 / (2 * trials)) / scale;
  const reach = (z * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2))) / scale;
  return { low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}
