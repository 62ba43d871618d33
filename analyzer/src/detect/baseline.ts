import { gammaQuantile } from '../statistics/gamma-quantile.ts';
import type { Exposure } from './exposure.ts';
import type { RateSettings } from './rate-settings.ts';
import { cloneSeason, freshSeason, learnSeason, type Season, seasonFactor, slotOf } from './season.ts';

/** What is known of the rate of one class of exposure: a Gamma posterior that forgets. */
interface RatePosterior {
  sick: number;
  /** Connection-seconds, times the season's factor. */
  exposure: number;
  /** The null's quantile for a rate of 1, and the shape that it was made for: made anew when that has changed. */
  quantile: number;
  quantileShape: number;
}

/** The normal rate of new sick clients, learnt from bins that lie far enough back. */
export interface Baseline {
  young: RatePosterior;
  old: RatePosterior;
  /** Payload-bug closes, repeats included: what one sick client amounts to. */
  closes: number;
  /** Null where none is learnt. */
  season: Season | null;
  /** Pearson's statistic over blocks, and their number. */
  pearson: number;
  blocks: number;
  /** The block under way: what came, what was expected, and for how many seconds. */
  block: { sick: number; mean: number; variance: number; seconds: number };
}

/** What some bins in a row teach, all of them within one hour. */
export interface Lesson {
  /** Number of the first bin, and how many. */
  from: number;
  bins: number;
  /** Connection-seconds, new sick clients and payload-bug closes. */
  young: number;
  old: number;
  sickYoung: number;
  sickOld: number;
  closes: number;
}

/** When a bin is, as far as its mean depends on it: seconds since the epoch, and since the first row. */
export interface BinTime {
  time: number;
  age: number;
}

/** Jeffreys' prior for a rate is Gamma(1/2, 0); one connection-second keeps it proper. */
const PRIOR_SICK = 0.5;
const PRIOR_EXPOSURE = 1;
/** The margin is for what drifts; in its first hours a service's null is in doubt enough without it. Seconds. */
const MARGIN_GROWS = 4 * 3_600;
const DAY = 86_400; // seconds
const DISPERSION_PRIOR = 2;
/** Weight of the prior dispersion, in blocks. */
const DISPERSION_PRIOR_BLOCKS = 10;
/** In standard errors. */
const DISPERSION_DOUBT = 1;
const DISPERSION_LEAST = 1.1;
const DISPERSION_MOST = 20;
/** A block is full at this expected count, or after a day. */
const BLOCK_MEAN = 5;
const BLOCK_SECONDS = DAY;
/** A quantile is made anew when its shape has changed by this share. */
const SHAPE_STEP = 1e-3;

/** `quiet` is exposure that went by with nothing in it before the first bin. */
export function freshBaseline({ nullQuantile, season }: RateSettings, quiet: Exposure): Baseline {
  const posterior = (exposure: number): RatePosterior => ({ sick: 0, exposure, quantile: 0, quantileShape: 0 });
  const baseline = {
    young: posterior(quiet.young),
    old: posterior(quiet.old),
    closes: 0,
    season: season ? freshSeason() : null,
    pearson: 0,
    blocks: 0,
    block: { sick: 0, mean: 0, variance: 0, seconds: 0 },
  };
  refreshQuantile(baseline.young, nullQuantile);
  refreshQuantile(baseline.old, nullQuantile);
  return baseline;
}

export function cloneBaseline(baseline: Baseline): Baseline {
  const { young, old, block, season } = baseline;
  return {
    ...baseline,
    young: { ...young },
    old: { ...old },
    block: { ...block },
    season: season && cloneSeason(season),
  };
}

/** Takes in a lesson that begins at a time. Its dispersion is judged by what was known before it. */
export function learn(baseline: Baseline, lesson: Lesson, when: BinTime, settings: RateSettings): void {
  const { young, old, season } = baseline;
  const slot = slotOf(when.time);
  const factor = factorAt(baseline, when);
  const seconds = lesson.bins * settings.binSeconds;
  const sick = lesson.sickYoung + lesson.sickOld;
  judgeDispersion(baseline, lesson, factor, seconds);
  if (season) learnSeason(season, slot, seconds, sick, seenRate(young) * lesson.young + seenRate(old) * lesson.old);
  const kept = 2 ** (-seconds / settings.halfLife);
  baseline.closes = baseline.closes * kept + lesson.closes;
  baseline.pearson *= kept;
  baseline.blocks *= kept;
  young.sick = young.sick * kept + lesson.sickYoung;
  young.exposure = young.exposure * kept + lesson.young * factor;
  old.sick = old.sick * kept + lesson.sickOld;
  old.exposure = old.exposure * kept + lesson.old * factor;
  refreshQuantile(young, settings.nullQuantile);
  refreshQuantile(old, settings.nullQuantile);
}

/**
 * New sick clients that the null has in a bin: enlarged, so that chance does not look like change. What is doubtful of
 * the two rates is independent, so their doubts add up as squares.
 */
export function nullMean(baseline: Baseline, exposure: Exposure, when: BinTime, settings: RateSettings): number {
  const { young, old } = baseline;
  const youngMean = meanRate(young) * exposure.young;
  const oldMean = meanRate(old) * exposure.old;
  const doubt = Math.hypot(nullRate(young) * exposure.young - youngMean, nullRate(old) * exposure.old - oldMean);
  const factor = factorAt(baseline, when) * marginOf(when.age, settings);
  return Math.max(factor * (youngMean + oldMean + doubt), leastMean(settings));
}

/** The same on young connections alone; 0 where there are none. */
export function nullMeanYoung(baseline: Baseline, exposure: Exposure, when: BinTime, settings: RateSettings): number {
  if (exposure.young <= 0) return 0;
  const factor = factorAt(baseline, when) * marginOf(when.age, settings);
  return Math.max(factor * nullRate(baseline.young) * exposure.young, leastMean(settings));
}

/** New sick clients that a bin has on average: what was seen, without the prior, as it is shown to people. */
export function expectedSick(baseline: Baseline, exposure: Exposure, when: BinTime, settings: RateSettings): number {
  const { young, old } = baseline;
  const factor = factorAt(baseline, when);
  const mean = factor * (seenRate(young) * exposure.young + seenRate(old) * exposure.old);
  return Math.max(mean, leastMean(settings));
}

/** By how much the rate is higher at a time than it is on average over the week. */
export function factorAt({ season }: Baseline, { time, age }: BinTime): number {
  return season ? seasonFactor(season, slotOf(time), age) : 1;
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

function leastMean({ leastPerDay, binSeconds }: RateSettings): number {
  return (leastPerDay * binSeconds) / DAY;
}

function marginOf(age: number, { nullMargin }: RateSettings): number {
  return 1 + nullMargin * Math.min(1, age / MARGIN_GROWS);
}

function nullRate({ quantile, exposure }: RatePosterior): number {
  return quantile / (PRIOR_EXPOSURE + exposure);
}

function meanRate({ sick, exposure }: RatePosterior): number {
  return (PRIOR_SICK + sick) / (PRIOR_EXPOSURE + exposure);
}

function seenRate({ sick, exposure }: RatePosterior): number {
  return sick / (PRIOR_EXPOSURE + exposure);
}

function refreshQuantile(posterior: RatePosterior, probability: number): void {
  const shape = PRIOR_SICK + posterior.sick;
  if (Math.abs(shape - posterior.quantileShape) <= SHAPE_STEP * shape) return;
  posterior.quantileShape = shape;
  posterior.quantile = gammaQuantile(probability, shape, 1);
}

/** Pearson's statistic of a block; its variance holds that the mean itself is only estimated. */
function judgeDispersion(baseline: Baseline, lesson: Lesson, factor: number, seconds: number): void {
  const { block, young, old } = baseline;
  block.sick += lesson.sickYoung + lesson.sickOld;
  block.seconds += seconds;
  const youngMean = factor * meanRate(young) * lesson.young;
  const oldMean = factor * meanRate(old) * lesson.old;
  block.mean += youngMean + oldMean;
  block.variance += youngMean / (PRIOR_SICK + young.sick) + oldMean / (PRIOR_SICK + old.sick);
  if (block.mean < BLOCK_MEAN && (block.seconds < BLOCK_SECONDS || block.mean === 0)) return;
  const inflation = 1 + block.variance;
  // A block of much less than one event says little, and says it loudly when one comes: it counts for as much as it holds.
  const weight = Math.min(1, block.mean);
  baseline.pearson += (weight * (block.sick - block.mean) ** 2) / (block.mean * inflation);
  baseline.blocks += weight;
  baseline.block = { sick: 0, mean: 0, variance: 0, seconds: 0 };
}
