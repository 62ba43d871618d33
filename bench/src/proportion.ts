/** A share of cases, and an interval that holds the true one in 95 % of samples. */
export interface ProportionEstimate {
  count: number;
  of: number;
  low: number;
  high: number;
}

const Z = 1.959963984540054; // the normal distribution's 97.5 % quantile

/**
 * Wilson's score interval of a binomial share, https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
 * @example proportionEstimate(1, 10) // { count: 1, of: 10, low: 0.0179, high: 0.4042 }
 */
export function proportionEstimate(count: number, of: number): ProportionEstimate {
  if (of === 0) return { count, of, low: 0, high: 1 };
  const share = count / of;
  const spread = 1 + Z ** 2 / of;
  const middle = (share + Z ** 2 / (2 * of)) / spread;
  const half = (Z / spread) * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2));
  return { count, of, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** @example textOfProportion(proportionEstimate(1, 10)) // '10.0 % (1.8 to 40.4)' */
export function textOfProportion({ count, of, low, high }: ProportionEstimate): string {
  if (of === 0) return 'none';
  const text = (share: number) => (share * 100).toFixed(1);
  return `${text(count / of)} % (${text(low)} to ${text(high)})`;
}
