import type { Peer, PeerStep } from './peer.ts';
import { Ring } from './ring.ts';

/** Settings of the EWMA chart. */
export interface EwmaSettings {
  /** Weight of the newest bin. */
  lambda?: number;
  /** Seconds. */
  bin: number;
  /** Seconds of history that mean and standard deviation come from. */
  history?: number;
}

const SHIPPED_LAMBDA = 0.3;
const WEEK = 7 * 86_400;

/**
 * The EWMA chart as a z-score: the exponentially weighted mean of the counts, in standard deviations of that mean, where mean and standard deviation of a bin are
 * those of the trailing week (as in the usual Prometheus rule with `avg_over_time(...[1w])` and `stddev_over_time(...[1w])`). Roberts 1959; NIST/SEMATECH e-Handbook
 * 6.3.2.4, https://www.itl.nist.gov/div898/handbook/pmc/section3/pmc324.htm (lambda 0.2 to 0.3, three standard deviations).
 */
export function ewma({ lambda = SHIPPED_LAMBDA, bin, history = WEEK }: EwmaSettings): Peer {
  const bins = Math.round(history / bin);
  return {
    name: 'EWMA z-score',
    source: 'Roberts 1959; NIST e-Handbook 6.3.2.4',
    configuration: `lambda ${lambda}, mean and deviation of ${history / 86_400} days`,
    bin,
    threshold: 3,
    thresholdIs: 'standard deviations',
    warmUp: bins,
    start: () => againstHistory(lambda, bins),
  };
}

/** EWMA of the values from a known mean, in standard deviations: sigma sqrt(lambda / (2 - lambda)), its limit for long series. */
export function ewmaChart(lambda: number, mean: number, sigma: number): (value: number) => number {
  let smooth = mean;
  return value => {
    smooth = lambda * value + (1 - lambda) * smooth;
    return (smooth - mean) / (sigma * Math.sqrt(lambda / (2 - lambda)));
  };
}

function againstHistory(lambda: number, bins: number): PeerStep {
  const past = new Ring(bins);
  let squares = 0;
  let smooth: number | null = null;
  const spread = Math.sqrt(lambda / (2 - lambda));
  return count => {
    const mean = past.sum / bins;
    const ready = past.full;
    const sigma = ready ? Math.sqrt(Math.max(0, squares / bins - mean ** 2)) : 0;
    smooth = smooth === null ? count : lambda * count + (1 - lambda) * smooth;
    const gone = past.push(count);
    squares += count ** 2 - gone ** 2;
    if (!ready) return -Infinity;
    if (sigma > 0) return (smooth - mean) / (sigma * spread);
    return smooth > mean ? Number.POSITIVE_INFINITY : -Infinity;
  };
}
