import { GammaQuantiles } from '../statistics/gamma-quantiles.ts';
import type { Exposure } from './exposure.ts';
import type { RateSettings } from './rate-settings.ts';
import { cloneSeason, freshSeason, learnSeason, type Season, seasonFactor } from './season.ts';
import {
  cloneSpread,
  DRIFT_PRIOR,
  driftOf,
  forgetSpread,
  freshSpread,
  type KnownRates,
  learnSpread,
  type Spread,
} from './spread.ts';

/** What is known of the rate of one class of exposure: a Gamma posterior that forgets. */
interface RatePosterior {
  sick: number;
  /** Connection-seconds, times the season's factor. */
  exposure: number;
  /** The null's quantile for a rate of 1. */
  quantile: number;
}

/** The normal rate of new sick clients, learnt from bins that lie far enough back. */
export interface Baseline {
  young: RatePosterior;
  old: RatePosterior;
  /** Payload-bug closes, repeats included: what one sick client amounts to. */
  closes: number;
  /** Null where none is learnt. */
  season: Season | null;
  /** Of all, and of what came on young connections alone: few of a clump do, so it is less dispersed, and to overstate that is not safe. */
  spread: Spread;
  spreadYoung: Spread;
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
const MARGIN_GROWS = 3_600;
const DAY = 86_400; // seconds
/** By probability; they only remember, so all detectors of a process share them. */
const QUANTILES = new Map<number, GammaQuantiles>();

/** `quiet` is exposure that went by with nothing in it before the first bin. */
export function freshBaseline({ nullQuantile, season }: RateSettings, quiet: Exposure): Baseline {
  const posterior = (exposure: number): RatePosterior => ({ sick: 0, exposure, quantile: 0 });
  const baseline = {
    young: posterior(quiet.young),
    old: posterior(quiet.old),
    closes: 0,
    season: season ? freshSeason(season) : null,
    spread: freshSpread(),
    spreadYoung: freshSpread(),
  };
  refreshQuantile(baseline.young, nullQuantile);
  refreshQuantile(baseline.old, nullQuantile);
  return baseline;
}

export function cloneBaseline(baseline: Baseline): Baseline {
  const { young, old, season, spread, spreadYoung } = baseline;
  return {
    ...baseline,
    young: { ...young },
    old: { ...old },
    season: season && cloneSeason(season),
    spread: cloneSpread(spread),
    spreadYoung: cloneSpread(spreadYoung),
  };
}

/** Takes in a lesson that begins at a time. Its dispersion is judged by what was known before it. */
export function learn(baseline: Baseline, lesson: Lesson, when: BinTime, settings: RateSettings): void {
  const { young, old, season } = baseline;
  const factor = factorAt(baseline, when);
  const seconds = lesson.bins * settings.binSeconds;
  const sick = lesson.sickYoung + lesson.sickOld;
  const exposure = { young: factor * lesson.young, old: factor * lesson.old };
  const rates = knownRates(baseline);
  learnSpread(baseline.spread, sick, exposure, seconds, rates);
  learnSpread(baseline.spreadYoung, lesson.sickYoung, { young: exposure.young, old: 0 }, seconds, rates);
  if (season) learnSeason(season, when.time, seconds, sick, flatMean(baseline, lesson));
  const kept = 2 ** (-seconds / settings.halfLife);
  baseline.closes = baseline.closes * kept + lesson.closes;
  forgetSpread(baseline.spread, kept);
  forgetSpread(baseline.spreadYoung, kept);
  young.sick = young.sick * kept + lesson.sickYoung;
  young.exposure = young.exposure * kept + lesson.young * factor;
  old.sick = old.sick * kept + lesson.sickOld;
  old.exposure = old.exposure * kept + lesson.old * factor;
  refreshQuantile(young, settings.nullQuantile);
  refreshQuantile(old, settings.nullQuantile);
}

/** Takes in a lesson out of an alarm: nothing of the rate, and of the season no more than its shape allows. */
export function learnFromAlarm(baseline: Baseline, lesson: Lesson, when: BinTime, settings: RateSettings): void {
  const { season } = baseline;
  if (!season || season.shape.alarmsTeach === null) return;
  const mean = flatMean(baseline, lesson);
  const sick = Math.min(lesson.sickYoung + lesson.sickOld, season.shape.alarmsTeach * factorAt(baseline, when) * mean);
  learnSeason(season, when.time, lesson.bins * settings.binSeconds, sick, mean);
}

/** What a flat rate has in a lesson. */
function flatMean({ young, old }: Baseline, lesson: Lesson): number {
  return seenRate(young) * lesson.young + seenRate(old) * lesson.old;
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
  const factor = factorAt(baseline, when) * marginOf(baseline, when.age, settings);
  return Math.max(factor * (youngMean + oldMean + doubt), leastMean(settings));
}

/** The same on young connections alone; 0 where there are none. */
export function nullMeanYoung(baseline: Baseline, exposure: Exposure, when: BinTime, settings: RateSettings): number {
  if (exposure.young <= 0) return 0;
  const factor = factorAt(baseline, when) * marginOf(baseline, when.age, settings);
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
  return season ? seasonFactor(season, time, age) : 1;
}

/** Payload-bug closes for each sick client, at least 1. */
export function closesPerClient({ young, old, closes }: Baseline): number {
  const sick = young.sick + old.sick;
  return Math.max(1, (closes + PRIOR_SICK) / (sick + PRIOR_SICK));
}

function leastMean({ leastPerDay, binSeconds }: RateSettings): number {
  return (leastPerDay * binSeconds) / DAY;
}

function marginOf({ spread }: Baseline, age: number, { nullMargin }: RateSettings): number {
  return 1 + nullMargin * (driftOf(spread) / DRIFT_PRIOR) * Math.min(1, age / MARGIN_GROWS);
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
  let quantiles = QUANTILES.get(probability);
  if (!quantiles) {
    quantiles = new GammaQuantiles(probability);
    QUANTILES.set(probability, quantiles);
  }
  posterior.quantile = quantiles.of(PRIOR_SICK + posterior.sick);
}

function knownRates({ young, old }: Baseline): KnownRates {
  return {
    young: { rate: meanRate(young), events: PRIOR_SICK + young.sick },
    old: { rate: meanRate(old), events: PRIOR_SICK + old.sick },
  };
}
