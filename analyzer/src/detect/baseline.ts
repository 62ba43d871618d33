import { gammaQuantile } from '../statistics/gamma-quantile.ts';
import type { Exposure } from './exposure.ts';

/** What is known of the rate of one class of exposure: a Gamma posterior, forgetting by half in 14 days. */
interface RatePosterior {
  sick: number;
  /** Connection-seconds. */
  exposure: number;
}

/** The normal rate of new sick clients, learnt from bins that lie far enough back. */
export interface Baseline {
  young: RatePosterior;
  old: RatePosterior;
  /** Payload-bug closes, repeats included: what one sick client amounts to. */
  closes: number;
  /** Pearson's statistic over blocks, and their number. */
  pearson: number;
  blocks: number;
  /** The block under way: what came, what was expected, and for how many bins. */
  block: { sick: number; mean: number; variance: number; bins: number };
  /** Rates of the null per connection-second; made anew now and then, as quantiles cost time. */
  nullYoung: number;
  nullOld: number;
  /** By how much the null is enlarged beyond what chance explains. */
  margin: number;
}

/** What one bin teaches. */
export interface Lesson {
  exposure: Exposure;
  sickYoung: number;
  sickOld: number;
  closes: number;
}

/** Jeffreys' prior for a rate is Gamma(1/2, 0); one connection-second keeps it proper. */
const PRIOR_SICK = 0.5;
const PRIOR_EXPOSURE = 1;
/** The null is taken at this quantile of the posterior, and enlarged: the alarm's promise needs a mean not understated. */
const NULL_QUANTILE = 0.9;
const NULL_MARGIN = 0.25;
/** The margin is for what drifts; in its first hours a service's null is in doubt enough without it. In bins. */
const MARGIN_GROWS = 4 * 3_600;
/** Never less than one a day a service, in sick clients a bin: below that no baseline can be told from none. */
const LEAST_MEAN = 1 / 86_400;
const HALF_LIFE = 14 * 86_400; // bins
const KEPT_PER_BIN = 2 ** (-1 / HALF_LIFE);
const DISPERSION_PRIOR = 1.5;
/** Weight of the prior dispersion, in blocks. */
const DISPERSION_PRIOR_BLOCKS = 10;
/** In standard errors. */
const DISPERSION_DOUBT = 0.5;
const DISPERSION_LEAST = 1.1;
const DISPERSION_MOST = 20;
/** A block is full at this expected count, or after a day. */
const BLOCK_MEAN = 5;
const BLOCK_BINS = 86_400;

export function freshBaseline(): Baseline {
  const baseline = {
    young: { sick: 0, exposure: 0 },
    old: { sick: 0, exposure: 0 },
    closes: 0,
    pearson: 0,
    blocks: 0,
    block: { sick: 0, mean: 0, variance: 0, bins: 0 },
    nullYoung: 0,
    nullOld: 0,
    margin: 1,
  };
  refreshNull(baseline, 0);
  return baseline;
}

export function cloneBaseline(baseline: Baseline): Baseline {
  return { ...baseline, young: { ...baseline.young }, old: { ...baseline.old }, block: { ...baseline.block } };
}

/** Takes in one bin. Its dispersion is judged by what was known before it. */
export function learn(baseline: Baseline, lesson: Lesson): void {
  judgeDispersion(baseline, lesson);
  forgetABit(baseline.young);
  forgetABit(baseline.old);
  baseline.closes = baseline.closes * KEPT_PER_BIN + lesson.closes;
  baseline.pearson *= KEPT_PER_BIN;
  baseline.blocks *= KEPT_PER_BIN;
  baseline.young.sick += lesson.sickYoung;
  baseline.young.exposure += lesson.exposure.young;
  baseline.old.sick += lesson.sickOld;
  baseline.old.exposure += lesson.exposure.old;
}

/** Makes the null anew from the posteriors, for a service of this age in bins. */
export function refreshNull(baseline: Baseline, age: number): void {
  baseline.margin = 1 + NULL_MARGIN * Math.min(1, age / MARGIN_GROWS);
  baseline.nullYoung = nullRate(baseline.young);
  baseline.nullOld = nullRate(baseline.old);
}

/**
 * New sick clients that the null has in a bin: enlarged, so that chance does not look like change. What is doubtful of
 * the two rates is independent, so their doubts add up as squares.
 */
export function nullMean({ young, old, nullYoung, nullOld, margin }: Baseline, exposure: Exposure): number {
  const youngMean = meanRate(young) * exposure.young;
  const oldMean = meanRate(old) * exposure.old;
  const doubt = Math.hypot(nullYoung * exposure.young - youngMean, nullOld * exposure.old - oldMean);
  return Math.max(margin * (youngMean + oldMean + doubt), LEAST_MEAN);
}

/** The same on young connections alone; 0 where there are none. */
export function nullMeanYoung({ nullYoung, margin }: Baseline, exposure: Exposure): number {
  return exposure.young > 0 ? Math.max(margin * nullYoung * exposure.young, LEAST_MEAN) : 0;
}

/** New sick clients that a bin has on average: what was seen, without the prior, as it is shown to people. */
export function expectedSick({ young, old }: Baseline, exposure: Exposure): number {
  return Math.max(seenRate(young) * exposure.young + seenRate(old) * exposure.old, LEAST_MEAN);
}

/** Payload-bug closes for each sick client, at least 1. */
export function closesPerClient({ young, old, closes }: Baseline): number {
  const sick = young.sick + old.sick;
  return Math.max(1, (closes + PRIOR_SICK) / (sick + PRIOR_SICK));
}

/**
 * Variance over mean of the counts, taken some standard errors high while few blocks are known: where it is understated,
 * one clump of bugs looks like a change.
 */
export function dispersion({ pearson, blocks }: Baseline): number {
  const weight = DISPERSION_PRIOR_BLOCKS + blocks;
  const shrunk = (DISPERSION_PRIOR * DISPERSION_PRIOR_BLOCKS + pearson) / weight;
  // Pearson's statistic of a block is about chi-squared with one degree of freedom: its variance is 2.
  const doubt = 1 + DISPERSION_DOUBT * Math.sqrt(2 / weight);
  return Math.min(Math.max(shrunk * doubt, DISPERSION_LEAST), DISPERSION_MOST);
}

function nullRate({ sick, exposure }: RatePosterior): number {
  return gammaQuantile(NULL_QUANTILE, PRIOR_SICK + sick, PRIOR_EXPOSURE + exposure);
}

function meanRate({ sick, exposure }: RatePosterior): number {
  return (PRIOR_SICK + sick) / (PRIOR_EXPOSURE + exposure);
}

function seenRate({ sick, exposure }: RatePosterior): number {
  return sick / (PRIOR_EXPOSURE + exposure);
}

function forgetABit(posterior: RatePosterior): void {
  posterior.sick *= KEPT_PER_BIN;
  posterior.exposure *= KEPT_PER_BIN;
}

/** Pearson's statistic of a block; its variance holds that the mean itself is only estimated. */
function judgeDispersion(baseline: Baseline, { exposure, sickYoung, sickOld }: Lesson): void {
  const { block, young, old } = baseline;
  block.sick += sickYoung + sickOld;
  block.bins++;
  const youngMean = meanRate(young) * exposure.young;
  const oldMean = meanRate(old) * exposure.old;
  block.mean += youngMean + oldMean;
  block.variance += youngMean / (PRIOR_SICK + young.sick) + oldMean / (PRIOR_SICK + old.sick);
  if (block.mean < BLOCK_MEAN && (block.bins < BLOCK_BINS || block.mean === 0)) return;
  const inflation = 1 + block.variance;
  // A block of much less than one event says little, and says it loudly when one comes: it counts for as much as it holds.
  const weight = Math.min(1, block.mean);
  baseline.pearson += (weight * (block.sick - block.mean) ** 2) / (block.mean * inflation);
  baseline.blocks += weight;
  baseline.block = { sick: 0, mean: 0, variance: 0, bins: 0 };
}
