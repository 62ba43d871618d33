import { NegativeBinomialRatios } from '../statistics/negative-binomial-ratios.ts';
import type { RateSettings } from './rate-settings.ts';

/** The sizes of change that are looked for at once, as ratios to the null mean. Between two of them little is lost. */
export const RATIOS = [1.6, 2.5, 4, 7, 14, 40, 150, 1e3, 1e4, 1e6] as const;
/**
 * How likely each is held to be. Small changes are given more: they need the most evidence, so what they are spared counts
 * most; where events are seldom a hundredfold rise shows in three of them, whatever its weight. The largest is for many at once
 * where next to none are usual: a smaller one takes them for a single clump.
 * Measured in docs/decisions/0012-rate-detector.md.
 */
export const WEIGHTS = [0.06, 0.14, 0.18, 0.18, 0.16, 0.12, 0.08, 0.04, 0.02, 0.02] as const;
const WIDTH = RATIOS.length;
const YEAR = 365.25 * 86_400; // seconds
const HOUR = 3_600; // seconds
/** Evidence beyond this changes nothing any more; it keeps the sums finite. */
const MOST_EVIDENCE = 1e15;

/** It only remembers, so all detectors of a process share it. */
const TABLE = new NegativeBinomialRatios(RATIOS);

/** What each component carries; the values of one field lie beside each other. */
const EVIDENCE = 0;
const CUSUM = 1;
const SINCE = 2;
const FIRST_AT = 3;
const SICK_BEFORE = 4;
const CLOSES_BEFORE = 5;
const EXPECTED_BEFORE = 6;
const FIELDS = 7;

/**
 * The statistics of all sizes of change: Shiryaev-Roberts evidence and Page's CUSUM of each on all connections, and where
 * the settings say so of each on young connections beside. A client that is wrong by design shows in its first messages,
 * and against those alone it stands out much sooner than against everything.
 */
export interface Mixture {
  values: number[];
  /** Sick clients and closes since the mixture began, and what the baseline expected of the closes. */
  sick: number;
  closes: number;
  expected: number;
}

/** What one bin says. */
export interface MixtureInput {
  bin: number;
  /** Seconds since the first row. */
  age: number;
  /** New sick clients, and the mean of the null, by scope. */
  sick: { all: number; young: number };
  mean: { all: number; young: number };
  /** Variance over mean, of all and of young connections alone. */
  dispersion: { all: number; young: number };
  firstAt: number | null;
  closes: number;
  expected: number;
}

/** A change of rate, as far as it can be dated. */
export interface Change {
  /** Number of its first bin. */
  since: number;
  /** Time of the first payload bug since then, epoch milliseconds; null before one. */
  firstAt: number | null;
  /** Sick clients and closes since then, and what the baseline expected of the closes. */
  sick: number;
  closes: number;
  expected: number;
}

export function freshMixture({ youngShare }: RateSettings): Mixture {
  const components = youngShare > 0 ? 2 * WIDTH : WIDTH;
  return { values: Array.from({ length: FIELDS * components }, () => 0), sick: 0, closes: 0, expected: 0 };
}

export function cloneMixture(mixture: Mixture): Mixture {
  return { ...mixture, values: mixture.values.slice() };
}

/**
 * One bin of the Shiryaev-Roberts mixture over changes: R <- (R + weight * dt) * LR, with dt in units of one false alarm's
 * time, so that under the null the expected time to an alarm (the sum reaching 1) is at least that unit.
 * Shin, Ramdas, Rinaldo, "E-detectors", https://arxiv.org/abs/2203.03532. Changes `mixture`; returns the sum.
 */
export function updateMixture(mixture: Mixture, input: MixtureInput, settings: RateSettings): number {
  const prior = priorOf(input.age, settings);
  const { sick, mean } = input;
  let sum = updateScope(mixture, 0, prior * (1 - settings.youngShare), mean.all, sick.all, input.dispersion.all, input);
  if (settings.youngShare > 0)
    sum += updateScope(
      mixture,
      WIDTH,
      prior * settings.youngShare,
      mean.young,
      sick.young,
      input.dispersion.young,
      input,
    );
  mixture.sick += sick.all;
  mixture.closes += input.closes;
  mixture.expected += input.expected;
  return sum;
}

/**
 * The same for a run of `bins` bins without a count and with unchanged means, `input` being the first of them, in closed form:
 * R <- R L^n + weight dt L (1 - L^n) / (1 - L). Changes `mixture`; returns the sum at its end.
 */
export function passMixture(mixture: Mixture, input: MixtureInput, bins: number, settings: RateSettings): number {
  const prior = priorOf(input.age, settings);
  let sum = passScope(mixture, 0, prior * (1 - settings.youngShare), input.mean.all, input.dispersion.all, input, bins);
  if (settings.youngShare > 0)
    sum += passScope(
      mixture,
      WIDTH,
      prior * settings.youngShare,
      input.mean.young,
      input.dispersion.young,
      input,
      bins,
    );
  mixture.expected += input.expected * bins;
  return sum;
}

/**
 * The likeliest change: its size and scope by the evidence, which weighs how often such a change would begin by chance, its start by their CUSUM. By the CUSUM alone a single event
 * against a rate of one a week outdoes any slow change: it is most probable under a rise to 10^6 that began in that very second.
 */
export function likeliest({ values, sick, closes, expected }: Mixture): Change {
  const components = values.length / FIELDS;
  const field = (which: number, at: number) => values[which * components + at]!;
  let best = 0;
  for (let at = 1; at < components; at++) if (field(EVIDENCE, at) > field(EVIDENCE, best)) best = at;
  const firstAt = field(FIRST_AT, best);
  return {
    since: field(SINCE, best),
    firstAt: firstAt === 0 ? null : firstAt,
    sick: sick - field(SICK_BEFORE, best),
    closes: closes - field(CLOSES_BEFORE, best),
    expected: expected - field(EXPECTED_BEFORE, best),
  };
}

/** What all components are given in a bin. A first hour's share lies on top of the year's: the sum bounds the false alarms. */
function priorOf(age: number, { binSeconds, falseAlarmsPerYear, firstHourFalseAlarms }: RateSettings): number {
  const firstHour = age < HOUR ? (firstHourFalseAlarms * Math.min(binSeconds, HOUR)) / HOUR : 0;
  return (falseAlarmsPerYear * binSeconds) / YEAR + firstHour;
}

function updateScope(
  mixture: Mixture,
  from: number,
  prior: number,
  mean: number,
  sick: number,
  dispersion: number,
  input: MixtureInput,
): number {
  const { values } = mixture;
  if (mean <= 0) return evidenceOf(values, from);
  const row = TABLE.row(mean, dispersion);
  const found = sick > 0 ? TABLE.logsOf(row, sick) : null;
  let sum = 0;
  for (let place = 0; place < WIDTH; place++) {
    const logRatio = found ? found.logs[found.at + place]! : -row.silence[place]!;
    const ratio = found ? Math.exp(logRatio) : row.quiet[place]!;
    const at = EVIDENCE + from + place;
    values[at] = Math.min((values[at]! + prior * WEIGHTS[place]!) * ratio, MOST_EVIDENCE);
    sum += values[at]!;
    followChange(mixture, from + place, logRatio, input);
  }
  return sum;
}

/** Of a bin in which nothing is exposed: nothing can be seen there, so no change is expected there either. */
function evidenceOf(values: readonly number[], from: number): number {
  let sum = 0;
  for (let place = 0; place < WIDTH; place++) sum += values[EVIDENCE + from + place]!;
  return sum;
}

function passScope(
  mixture: Mixture,
  from: number,
  prior: number,
  mean: number,
  dispersion: number,
  input: MixtureInput,
  bins: number,
): number {
  const { values } = mixture;
  if (mean <= 0) return evidenceOf(values, from);
  const row = TABLE.row(mean, dispersion);
  let sum = 0;
  for (let place = 0; place < WIDTH; place++) {
    const silence = row.silence[place]!;
    const given = (Math.exp(-silence) * Math.expm1(-silence * bins)) / Math.expm1(-silence);
    const at = EVIDENCE + from + place;
    values[at] = Math.min(values[at]! * Math.exp(-silence * bins) + prior * WEIGHTS[place]! * given, MOST_EVIDENCE);
    sum += values[at]!;
    followChange(mixture, from + place, -silence * bins, input);
  }
  return sum;
}

/** The change of a ratio is likeliest where its CUSUM last left zero. */
function followChange(mixture: Mixture, place: number, logRatio: number, input: MixtureInput): void {
  const { values, sick, closes, expected } = mixture;
  const components = values.length / FIELDS;
  const at = (which: number) => which * components + place;
  if (values[at(CUSUM)]! <= 0) {
    values[at(CUSUM)] = 0;
    values[at(SINCE)] = input.bin;
    values[at(FIRST_AT)] = 0;
    values[at(SICK_BEFORE)] = sick;
    values[at(CLOSES_BEFORE)] = closes;
    values[at(EXPECTED_BEFORE)] = expected;
  }
  values[at(CUSUM)]! += logRatio;
  if (values[at(FIRST_AT)] === 0 && input.firstAt !== null) values[at(FIRST_AT)] = input.firstAt;
}
