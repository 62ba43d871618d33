import { gammaQuantile } from '@closewatch/analyzer/statistics/gamma-quantile';

/** Events, the time that they came in, their rate, and an interval that holds the true one with probability 0.95. */
export interface RateInterval {
  events: number;
  years: number;
  perYear: number;
  low: number;
  high: number;
}

const OUTSIDE = 0.025;

/**
 * The exact interval of a Poisson rate (Garwood 1936): quantiles of Gamma(events) and Gamma(events + 1). R: `poisson.test(events, years)`.
 *
 * @example rateInterval(0, 100).high // 0.0369
 */
export function rateInterval(events: number, years: number): RateInterval {
  const low = events === 0 ? 0 : gammaQuantile(OUTSIDE, events, 1) / years;
  return { events, years, perYear: events / years, low, high: gammaQuantile(1 - OUTSIDE, events + 1, 1) / years };
}
