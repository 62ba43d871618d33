import { negativeBinomialTail } from '@closewatch/analyzer/statistics/negative-binomial-tail';
import { regularizedBeta } from '@closewatch/analyzer/statistics/regularized-beta';
import { regularizedGamma } from '@closewatch/analyzer/statistics/regularized-gamma';
import type { Peer, PeerStep } from './peer.ts';
import { fitQuasiPoisson, type QuasiPoissonFit, quadratic } from './quasi-poisson.ts';

/** Settings by the names of `surveillance::farringtonFlexible`, with its defaults; the threshold is alpha. */
export interface FarringtonSettings {
  /** Seconds. */
  bin: number;
  /** Bins of one period: 52 weeks of a year, or the bins of a week. */
  frequency: number;
  /** Periods to go back; where the history is shorter, as many as it has, from one on. */
  b?: number;
  /** Half the window around the same time of each period. */
  w?: number;
  noPeriods?: number;
  /** Newest bins that are left out; null: w. */
  pastNotIncluded?: number | null;
  weightsThreshold?: number;
  /** A trend is kept where its p-value is below this, and three periods are there. */
  pThresholdTrend?: number;
  /** No alarm where the last `[1]` bins hold fewer than `[0]` events. */
  limit54?: readonly [number, number];
  thresholdMethod?: 'delta' | 'nbPlugin';
}

/** What is shipped with surveillance 1.26. */
const SHIPPED = {
  b: 5,
  w: 3,
  noPeriods: 1,
  pastNotIncluded: null,
  weightsThreshold: 2.58,
  pThresholdTrend: 0.05,
  limit54: [5, 4],
  thresholdMethod: 'delta',
} as const;
/** What Noufaily et al. recommend. */
export const NOUFAILY = {
  noPeriods: 10,
  pastNotIncluded: 26,
  pThresholdTrend: 1,
  thresholdMethod: 'nbPlugin',
} as const;
const SHIPPED_Z = 1.644854; // alpha = 0.05
const LEAST_PERIODS_FOR_TREND = 3;

type Settings = Required<FarringtonSettings>;

/**
 * Farrington flexible: a quasi-Poisson regression on the same time of earlier periods, past outbreaks weighted down, and the upper bound of its prediction. Farrington et al.
 * 1996; Noufaily et al. 2013, https://doi.org/10.1002/sim.5595; Salmon, Schumacher, Hoehle 2016, https://doi.org/10.18637/jss.v070.i10. The statistic is the normal quantile of one minus
 * the p-value of the count, so alpha = 0.05 is 1.645.
 */
export function farringtonFlexible(given: FarringtonSettings): Peer {
  const settings: Settings = { ...SHIPPED, ...given };
  const { b, w, noPeriods, thresholdMethod, limit54 } = settings;
  return {
    name: 'Farrington flexible',
    source: 'Noufaily et al. 2013; surveillance::farringtonFlexible',
    configuration: `b ${b}, w ${w}, ${noPeriods} periods, ${thresholdMethod}, at least ${limit54[0]} in ${limit54[1]} bins`,
    bin: settings.bin,
    threshold: SHIPPED_Z,
    thresholdIs: 'normal quantile of 1 - alpha',
    warmUp: settings.frequency * b + w,
    start: () => farringtonSteps(settings),
  };
}

function farringtonSteps(settings: Settings): PeerStep {
  const { b, w, frequency, limit54 } = settings;
  const most = frequency * (b + 1) + 2 * w;
  let history: number[] = [];
  return count => {
    history.push(count);
    if (history.length > 2 * most) history = history.slice(-most);
    const enough = sumOfLast(history, limit54[1]) >= limit54[0];
    return count === 0 || !enough ? -Infinity : judge(history, settings);
  };
}

function sumOfLast(history: readonly number[], bins: number): number {
  let sum = 0;
  for (let i = Math.max(0, history.length - bins); i < history.length; i++) sum += history[i]!;
  return sum;
}

/** The statistic of the newest bin of a history. */
function judge(history: readonly number[], settings: Settings): number {
  const now = history.length - 1;
  const periods = Math.min(settings.b, Math.floor((now - settings.w) / settings.frequency));
  if (periods < 1) return -Infinity;
  const reference = referenceBins(now, periods, settings);
  const withTrend = periods >= LEAST_PERIODS_FOR_TREND;
  const fit =
    (withTrend && fitWithTrend(history, reference, now, settings)) || fitted(history, reference, now, false, settings);
  if (fit === null) return -Infinity;
  const { model, row } = fit;
  const mean = Math.exp(row.reduce((sum, value, i) => sum + value * model.coefficients[i]!, 0));
  const dispersion = Math.max(1, model.dispersion);
  if (settings.thresholdMethod === 'nbPlugin') return upperTailQuantile(history[now]!, mean, dispersion);
  return deltaStatistic(history[now]!, mean, mean ** 2 * dispersion * quadratic(model.covariance, row), dispersion);
}

/**
 * (y^(2/3) - mu^(2/3)) over its standard error, which holds the prediction's and the estimate's doubt: Farrington 1996, "2/3" for skewness.
 *
 * @example deltaStatistic(8, 5, 0.04, 1) // qnorm(1 - 0.1094727) of surveillance's own test
 */
export function deltaStatistic(count: number, mean: number, variance: number, dispersion: number): number {
  const tau = dispersion + variance / mean;
  return (count ** (2 / 3) - mean ** (2 / 3)) / Math.sqrt((4 / 9) * mean ** (1 / 3) * tau);
}

/** The normal quantile of one minus P(Y >= count), negative binomial, or Poisson at dispersion 1. */
function upperTailQuantile(count: number, mean: number, dispersion: number): number {
  const tail = dispersion > 1 ? negativeBinomialTail(count, mean, dispersion) : regularizedGamma(count, mean);
  return quantileOfTail(tail);
}

/** z with P(Z >= z) = tail, far out by its asymptotic series, by bisection on a monotone approximation of the tail. */
function quantileOfTail(tail: number): number {
  if (tail >= 1) return -Infinity;
  let [low, high] = [-9, 40];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
  return low;
}

function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  if (z > 6) return (Math.exp((-z * z) / 2) / (z * Math.sqrt(2 * Math.PI))) * (1 - 1 / z ** 2 + 3 / z ** 4);
  return 0.5 * (1 - regularizedGamma(0.5, (z * z) / 2));
}

interface ReferenceBin {
  index: number;
  /** Which part of the period it lies in; the newest is the window itself. */
  block: number;
}

/** The windows around the same time of earlier periods and, with more than one block, all the bins between them in blocks of about one length. */
export function referenceBins(
  now: number,
  periods: number,
  { frequency, w, noPeriods, pastNotIncluded }: Settings,
): ReferenceBin[] {
  const bins: ReferenceBin[] = [];
  const end = now - (pastNotIncluded ?? w);
  for (let period = periods; period >= 1; period--) {
    const centre = now - period * frequency;
    for (let index = centre - w; index <= centre + w; index++) if (index >= 0) bins.push({ index, block: noPeriods });
    if (noPeriods === 1) continue;
    const [from, length] = [centre + w + 1, frequency - 2 * w - 1];
    for (let offset = 0; offset < length; offset++)
      bins.push({ index: from + offset, block: 1 + blockOf(offset, length, noPeriods - 1) });
  }
  if (noPeriods > 1) for (let index = now - w; index < now; index++) bins.push({ index, block: noPeriods });
  return bins.filter(({ index }) => index < end);
}

/** The first `length mod blocks` blocks are longer by one. */
function blockOf(offset: number, length: number, blocks: number): number {
  const short = Math.floor(length / blocks);
  const longer = length % blocks;
  const inLonger = longer * (short + 1);
  return offset < inLonger ? Math.floor(offset / (short + 1)) : longer + Math.floor((offset - inLonger) / short);
}

interface Fit {
  model: QuasiPoissonFit;
  /** The row of the design that predicts now. */
  row: number[];
}

/** The fit with a trend, where it is significant and extrapolates to no more than was ever seen. */
function fitWithTrend(
  history: readonly number[],
  reference: readonly ReferenceBin[],
  now: number,
  settings: Settings,
): Fit | null {
  const fit = fitted(history, reference, now, true, settings);
  if (fit === null) return null;
  const { model, row } = fit;
  const degrees = reference.length - row.length;
  const t = model.coefficients[1]! / Math.sqrt(Math.max(1, model.dispersion) * model.covariance[1]![1]!);
  const pValue = regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
  const predicted = Math.exp(row.reduce((sum, value, i) => sum + value * model.coefficients[i]!, 0));
  const most = Math.max(...reference.map(({ index }) => history[index]!));
  return pValue < settings.pThresholdTrend && predicted <= most ? fit : null;
}

/** Fits, weights past outbreaks down by their residuals, and fits again. */
function fitted(
  history: readonly number[],
  reference: readonly ReferenceBin[],
  now: number,
  trend: boolean,
  settings: Settings,
): Fit | null {
  const present = [...new Set(reference.map(({ block }) => block))].filter(block => block !== settings.noPeriods);
  const rowOf = (index: number, block: number) => [
    1,
    ...(trend ? [(index - now) / settings.frequency] : []),
    ...present.map(one => (one === block ? 1 : 0)),
  ];
  const response = reference.map(({ index }) => history[index]!);
  const rows = reference.map(({ index, block }) => rowOf(index, block));
  const first = fitQuasiPoisson(response, rows);
  if (first === null) return null;
  const model = fitQuasiPoisson(
    response,
    rows,
    outbreakWeights(anscombeResiduals(response, first), settings.weightsThreshold),
  );
  return model && { model, row: rowOf(now, settings.noPeriods) };
}

function anscombeResiduals(response: readonly number[], { fitted, hat, dispersion }: QuasiPoissonFit): number[] {
  const phi = Math.max(1, dispersion);
  return response.map((count, i) => {
    const raw = 1.5 * (count ** (2 / 3) * fitted[i]! ** (-1 / 6) - Math.sqrt(fitted[i]!));
    return raw / Math.sqrt(phi * Math.max(1e-12, 1 - hat[i]!));
  });
}

/**
 * Weights of observations by their standardised residuals: those above the threshold count by the inverse square, and all together as many as there are.
 *
 * @example outbreakWeights([0, 0, 2, 2], 0) // [1.6, 1.6, 0.4, 0.4]
 */
export function outbreakWeights(residuals: readonly number[], threshold: number): number[] {
  const raw = residuals.map(residual => (residual > threshold ? residual ** -2 : 1));
  const scale = residuals.length / raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map(weight => weight * scale);
}
