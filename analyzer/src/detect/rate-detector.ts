import {
  type Baseline,
  type BinTime,
  cloneBaseline,
  closesPerClient,
  expectedSick,
  factorAt,
  freshBaseline,
  type Lesson,
  learn,
  learnFromAlarm,
  nullMean,
  nullMeanYoung,
} from './baseline.ts';
import type { Exposure } from './exposure.ts';
import {
  cloneMixture,
  freshMixture,
  type Mixture,
  type MixtureInput,
  passMixture,
  updateMixture,
} from './rate-mixture.ts';
import type { RateSettings } from './rate-settings.ts';
import { HOUR_OF_WEEK, hourLeft, slotOf } from './season.ts';
import { dispersionOf } from './spread.ts';

/** What a rate detector carries from one bin to the next: small, and copied as a whole. */
export interface RateState {
  baseline: Baseline;
  mixture: Mixture;
  /** Bins that are not learnt yet, oldest first; the last one still grows. */
  lessons: Lesson[];
}

/** One bin, of whatever is counted. */
export interface RateBin {
  /** Its number: it begins at `bin * binSeconds` since the epoch, which is what its hour of the week is read from. */
  bin: number;
  /** Seconds since the first row. */
  age: number;
  /** What could have had one: connection-seconds, by the age of the connections. One class alone may be used. */
  exposure: Exposure;
  /**
   * What is counted: new sick clients, by the age of their connection. Whole numbers; shares of them, that add up to one,
   * where the age is not known and young ones are not looked at alone.
   */
  sick: Exposure;
  /** Closes that they amount to, repeats of one client included. */
  closes: number;
  /** Time of the first of them, epoch milliseconds; null without one. */
  firstAt: number | null;
}

/** What is thought of a bin. */
export interface RateOutcome {
  /** An alarm from 1 on. */
  evidence: number;
  /** The null's mean of what is counted, in all and on young connections. */
  mean: number;
  meanYoung: number;
  /** The season's factor that is in them. */
  season: number;
  /** Variance over mean of what is counted, in all and on young connections alone. */
  dispersion: number;
  dispersionYoung: number;
  /** What the baseline expects of sick clients, and of closes. */
  expectedSick: number;
  expected: number;
}

/** Whether bins from number `from` to before number `to` belong to an alarm, and are not to be learnt. */
export type LeftOut = (from: number, to: number) => boolean;

/** A young service learns sooner: it lags by this share of its age. */
const LAG_SHARE = 1 / 4;
/** Bins are learnt together by this share of the age, at most a minute of them: so few wait at once. */
const LESSON_SHARE = 1 / 32;
const LESSON_SECONDS = 60;
/** A quiet run is taken in pieces of this share of the age, and within an hour of the week. */
const RUN_SHARE = 1 / 32;

const HOUR = 3_600; // seconds

const NOTHING_LEFT_OUT: LeftOut = () => false;

/**
 * Detector A by itself: whether the rate of something counted has risen above what is usual for its exposure. It knows of
 * bins and numbers alone, so that services, cohorts, close codes, simulations and any series of counts are judged by the same.
 *
 * Drive it bin by bin, in order and without gaps, from `freshRate(settings)`:
 *
 * - `stepRate(state, bin, settings)` takes one bin and returns what is thought of it. It is an alarm where `evidence` is 1 or
 *   more; `likeliest(state.mixture)` then says since when. `settings` is `rateSettings({ binSeconds, falseAlarmsPerYear, … })`.
 * - `passRate(state, bin, bins, settings)` takes `bins` bins without a count and with unchanged exposure, the first of which is
 *   `bin`, in a time that hardly depends on their number: what lets a century be simulated.
 * - `settings.known` (`{ young, old, dispersion }`, per unit of exposure) takes the place of the learnt baseline: the mixture
 *   alone, as it is compared with an oracle. A single class: `exposure: { young: 0, old: binSeconds }` with `youngShare: 0`.
 * - After an alarm, `forgetChange(state, settings)` begins the search for the next one; `leftOut` keeps what belongs to an
 *   alarm out of the learning: while one runs, everything since its start.
 *
 * - `quiet` is exposure that went by before the first bin without anything to count, where that is known.
 *
 * The state is a function of the bins alone. Copy it with `cloneRate`.
 */
export function freshRate(settings: RateSettings, quiet: Exposure = { young: 0, old: 0 }): RateState {
  return { baseline: freshBaseline(settings, quiet), mixture: freshMixture(settings), lessons: [] };
}

export function cloneRate({ baseline, mixture, lessons }: RateState): RateState {
  const newest = lessons.at(-1);
  return {
    baseline: cloneBaseline(baseline),
    mixture: cloneMixture(mixture),
    lessons: newest ? [...lessons.slice(0, -1), { ...newest }] : [],
  };
}

/** Takes one bin. Changes `state`. */
export function stepRate(
  state: RateState,
  bin: RateBin,
  settings: RateSettings,
  leftOut: LeftOut = NOTHING_LEFT_OUT,
): RateOutcome {
  const { outcome, input } = prepare(state, bin, settings, leftOut);
  outcome.evidence = updateMixture(state.mixture, input, settings);
  if (!settings.known) note(state, bin, 1, settings);
  return outcome;
}

/** Takes a run of bins without a count and with unchanged exposure. Changes `state`; the outcome is that of the last bin. */
export function passRate(
  state: RateState,
  bin: RateBin,
  bins: number,
  settings: RateSettings,
  leftOut: LeftOut = NOTHING_LEFT_OUT,
): RateOutcome {
  const { binSeconds, known } = settings;
  for (let done = 0; ; ) {
    const now = { ...bin, bin: bin.bin + done, age: bin.age + done * binSeconds };
    const piece = Math.min(bins - done, binsTogether(now, settings));
    const { outcome, input } = prepare(state, now, settings, leftOut);
    outcome.evidence = passMixture(state.mixture, input, piece, settings);
    if (!known) note(state, now, piece, settings);
    done += piece;
    if (done >= bins) return outcome;
  }
}

/**
 * Takes a run of bins without a count of which the baseline knows already (`quiet` of `freshRate`): the mixture alone goes over
 * them, at once.
 */
export function waitRate(state: RateState, bin: RateBin, bins: number, settings: RateSettings): void {
  const { input } = prepare(state, bin, settings, NOTHING_LEFT_OUT);
  passMixture(state.mixture, input, bins, settings);
}

/** Forgets the change that was found: the search begins anew. What is usual stays known. */
export function forgetChange(state: RateState, settings: RateSettings): void {
  state.mixture = freshMixture(settings);
}

function prepare(
  state: RateState,
  bin: RateBin,
  settings: RateSettings,
  leftOut: LeftOut,
): { outcome: RateOutcome; input: MixtureInput } {
  if (!settings.known) study(state, bin, settings, leftOut);
  const outcome = settings.known ? knownOutcome(bin, settings) : learntOutcome(state.baseline, bin, settings);
  const { sick } = bin;
  const input = {
    bin: bin.bin,
    age: bin.age,
    sick: { all: Math.round(sick.young + sick.old), young: sick.young },
    mean: { all: outcome.mean, young: outcome.meanYoung },
    dispersion: { all: outcome.dispersion, young: outcome.dispersionYoung },
    firstAt: bin.firstAt,
    closes: bin.closes,
    expected: outcome.expected,
  };
  return { outcome, input };
}

function learntOutcome(baseline: Baseline, { bin, age, exposure }: RateBin, settings: RateSettings): RateOutcome {
  const when: BinTime = { time: bin * settings.binSeconds, age };
  const sick = expectedSick(baseline, exposure, when, settings);
  return {
    evidence: 0,
    mean: nullMean(baseline, exposure, when, settings),
    meanYoung: nullMeanYoung(baseline, exposure, when, settings),
    season: factorAt(baseline, when),
    dispersion: dispersionOf(baseline.spread),
    dispersionYoung: dispersionOf(baseline.spreadYoung),
    expectedSick: sick,
    expected: sick * closesPerClient(baseline),
  };
}

function knownOutcome({ exposure }: RateBin, { known }: RateSettings): RateOutcome {
  const { young, old, dispersion: phi } = known!;
  const mean = young * exposure.young + old * exposure.old;
  return {
    evidence: 0,
    mean,
    meanYoung: young * exposure.young,
    season: 1,
    dispersion: phi,
    dispersionYoung: phi,
    expectedSick: mean,
    expected: mean,
  };
}

/** Takes in the lessons that lie far enough back, except those of an alarm. */
function study(state: RateState, { bin, age }: RateBin, settings: RateSettings, leftOut: LeftOut): void {
  const { binSeconds, learningLag } = settings;
  const lag = Math.min(Math.ceil(learningLag / binSeconds), Math.ceil((age / binSeconds) * LAG_SHARE));
  while (state.lessons.length > 0) {
    const { from, bins } = state.lessons[0]!;
    if (from + bins > bin - lag) return;
    const lesson = state.lessons.shift()!;
    const teach = leftOut(from, from + bins) ? learnFromAlarm : learn;
    teach(state.baseline, lesson, { time: from * binSeconds, age: age - (bin - from) * binSeconds }, settings);
  }
}

/** Adds bins to what will be learnt. Where they end is a function of age and hour alone. */
function note(
  state: RateState,
  { bin, age, exposure, sick, closes }: RateBin,
  bins: number,
  settings: RateSettings,
): void {
  const { binSeconds } = settings;
  const { lessons } = state;
  let newest = lessons.at(-1);
  const length = Math.min(LESSON_SECONDS, age * LESSON_SHARE);
  const fits = newest && newest.bins * binSeconds < length && isOneHour(newest.from, bin, binSeconds);
  if (!newest || !fits) {
    newest = { from: bin, bins: 0, young: 0, old: 0, sickYoung: 0, sickOld: 0, closes: 0 };
    lessons.push(newest);
  }
  newest.bins += bins;
  newest.young += exposure.young * bins;
  newest.old += exposure.old * bins;
  newest.sickYoung += sick.young;
  newest.sickOld += sick.old;
  newest.closes += closes;
}

function isOneHour(from: number, bin: number, binSeconds: number): boolean {
  return slotOf(HOUR_OF_WEEK, from * binSeconds) === slotOf(HOUR_OF_WEEK, bin * binSeconds);
}

/** How many bins from this one on are alike: in what is known of the rate, its season, and the prior of the first hour. */
function binsTogether({ bin, age }: RateBin, { binSeconds, known, season }: RateSettings): number {
  const firstHour = age < HOUR ? HOUR - age : Number.POSITIVE_INFINITY;
  const hour = season ? hourLeft(bin * binSeconds) : Number.POSITIVE_INFINITY;
  const usual = known ? Number.POSITIVE_INFINITY : Math.min(hour, age * RUN_SHARE);
  return Math.max(1, Math.floor(Math.min(firstHour, usual) / binSeconds));
}
