import { regularizedBeta } from '@closewatch/analyzer/statistics/regularized-beta';
import type { Peer, PeerStep } from './peer.ts';
import { periodicSeason } from './stl.ts';

/** Settings of S-H-ESD. */
export interface EsdSettings {
  /** Seconds. */
  bin: number;
  /** Bins of a season: a day's, as AnomalyDetectionTs takes it. */
  period: number;
  /** Bins of the history that a bin is judged in: two weeks' ("longterm" pieces). */
  window: number;
  /** Share of the bins that may be anomalies. */
  mostAnomalies?: number;
}

const SHIPPED_MOST = 0.1;
const SHIPPED_ALPHA = 0.05;
/** 1 / qnorm(3/4), as R's `mad` scales. */
const MAD_SCALE = 1.4826;

/**
 * Seasonal hybrid ESD: the season by STL, and Rosner's generalised ESD test on what remains, with median and median absolute deviation, upper tail. Vallis, Hochenbaum,
 * Kejariwal 2014; https://github.com/twitter/AnomalyDetection (`detect_anoms.R`). Run anew at each bin over the trailing two weeks, the newest bin judged; the season is fitted once a
 * period. The statistic is -log10 of the smallest alpha at which it is an anomaly.
 */
export function seasonalHybridEsd({ bin, period, window, mostAnomalies = SHIPPED_MOST }: EsdSettings): Peer {
  return {
    name: 'S-H-ESD',
    source: 'Vallis, Hochenbaum, Kejariwal 2014; twitter/AnomalyDetection',
    configuration: `period ${period} bins, window ${window}, at most ${mostAnomalies * 100} % anomalies`,
    bin,
    threshold: -Math.log10(SHIPPED_ALPHA),
    thresholdIs: '-log10 alpha',
    warmUp: window,
    start: () => esdSteps(period, window, mostAnomalies),
  };
}

function esdSteps(period: number, window: number, mostAnomalies: number): PeerStep {
  const history: number[] = [];
  let season: number[] = [];
  let sorted: number[] = [];
  let place = 0;
  return count => {
    if (history.length >= window && place % period === 0) {
      history.splice(0, history.length - window);
      season = periodicSeason(history, period);
      // The window begins at the same place of the season as it ends, as both are whole periods.
      sorted = history.map((value, i) => value - season[i % period]!).sort((a, b) => a - b);
    }
    const residual = count - (season[place % period] ?? 0);
    const statistic = sorted.length > 0 ? -Math.log10(leastAlpha(sorted, residual, mostAnomalies)) : -Infinity;
    history.push(count);
    place++;
    return statistic;
  };
}

/** The smallest alpha at which a value is an anomaly among the sorted others: it is one when any removal from its own on is significant. */
function leastAlpha(others: readonly number[], value: number, mostAnomalies: number): number {
  const position = upperBound(others, value);
  const sorted = [...others.slice(0, position), value, ...others.slice(position)];
  const n = sorted.length;
  const rank = n - position;
  let least = 1;
  // Past a few removals below it nothing more extreme is left.
  for (let i = rank; i <= Math.min(Math.trunc(n * mostAnomalies), rank + FOLLOWED); i++) {
    const kept = n - i + 1;
    const [middle, spread] = medianAndMad(sorted, kept);
    if (spread === 0) break;
    least = Math.min(least, alphaOf((sorted[kept - 1]! - middle) / spread, n, i));
  }
  return Math.max(least, 1e-300);
}

/** Removals after the judged one that are looked at: several anomalies of about one size mask each other. */
const FOLLOWED = 5;

/**
 * Rosner's critical value of removal i of n, one-sided: t (n - i) / sqrt((n - i - 1 + t^2) (n - i + 1)), with t the quantile at 1 - alpha / (n - i + 1); here the alpha of a given value.
 */
export function alphaOf(value: number, n: number, i: number): number {
  const degrees = n - i - 1;
  const square = (value * value * degrees * (n - i + 1)) / ((n - i) ** 2 - value * value * (n - i + 1));
  if (value <= 0) return 1;
  if (square < 0) return 0; // beyond what any t reaches
  const tail = 0.5 * regularizedBeta(degrees / (degrees + square), degrees / 2, 0.5);
  return (n - i + 1) * tail;
}

/** Median and scaled median absolute deviation of the first `kept` of sorted values, by bisection. */
export function medianAndMad(sorted: readonly number[], kept: number): [number, number] {
  const median = (sorted[(kept - 1) >> 1]! + sorted[kept >> 1]!) / 2;
  const order = (rank: number) => deviationOfRank(sorted, kept, median, rank);
  return [median, MAD_SCALE * ((order((kept - 1) >> 1) + order(kept >> 1)) / 2)];
}

/** The deviation of a rank: the first whose interval around the median holds more than `rank` values. Deviations are merged from both sides of the median. */
function deviationOfRank(sorted: readonly number[], kept: number, median: number, rank: number): number {
  const right = upperBound(sorted, median, kept);
  // Left deviations are sorted from right - 1 down, right ones from right up: how many of the rank + 1 smallest lie left?
  let [low, high] = [Math.max(0, rank + 1 - (kept - right)), Math.min(right, rank + 1)];
  while (low < high) {
    const left = (low + high) >> 1;
    const rightTaken = rank + 1 - left;
    // One more from the left where it is nearer than the last from the right.
    if (median - sorted[right - 1 - left]! < sorted[right + rightTaken - 1]! - median) low = left + 1;
    else high = left;
  }
  const fromLeft = low > 0 ? median - sorted[right - low]! : 0;
  const fromRight = rank + 1 - low > 0 ? sorted[right + rank - low]! - median : 0;
  return Math.max(fromLeft, fromRight);
}

function upperBound(sorted: readonly number[], value: number, end = sorted.length): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
