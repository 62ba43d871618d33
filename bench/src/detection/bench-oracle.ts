import { CHANGE_RATIOS, CHANGE_WEIGHTS, rateSettings } from '@closewatch/analyzer';
import { type BaseRate, CHANGES, DISPERSIONS } from './base-rates.ts';
import type { Figures } from './detection.ts';
import type { DetectionOptions } from './options.ts';
import { OurStream } from './our-stream.ts';
import { quantileOf } from './quantile.ts';
import { CountSampler } from './simulation/count-sampler.ts';
import { OracleCusum } from './simulation/oracle-cusum.ts';
import { type Random, seededRandom } from './simulation/random.ts';
import { durationText, head, ratioText, row } from './table.ts';

const DAY = 86_400;
const YEAR = 365.25 * DAY;
/** Open connections, as the exposure of a learnt baseline. */
const CONNECTIONS = 1_000;
/** What a baseline is learnt from: five weeks, so that the hour of the week is known; less where every second holds many events. */
const HISTORY = 35 * DAY;
const DENSE_HISTORY = 3 * DAY;
const DENSE_FROM = 0.1;
/** Histories; changes begin at the end of each in turn. */
const HISTORIES = 8;
/** A change that is not found in so many of the oracle's delays, and at least a day, is missed. */
const MISSED_AFTER = 10;
/** Changes of each size that the mean time to a false alarm is taken from. */
const SIZED = 20;

/** Delays of one size of change at one base rate, in seconds; what was missed is infinite. */
export interface Delays {
  median: number;
  p95: number;
  mean: number;
  /** Of the mean. */
  standardError: number;
  missed: number;
}

/** The delays of many changes, of which the missed ones are infinite. */
export function delaysOf(seconds: readonly number[]): Delays {
  const found = seconds.filter(Number.isFinite);
  const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
  const variance = found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (found.length - 1);
  return {
    median: quantileOf(seconds, 0.5),
    p95: quantileOf(seconds, 0.95),
    mean,
    standardError: Math.sqrt(variance / found.length),
    missed: 1 - found.length / seconds.length,
  };
}

/** 95 % of the ratio of two independent means lie within this. */
function ratioDoubt(one: Delays, other: Delays): number {
  return 1.96 * (one.mean / other.mean) * Math.hypot(one.standardError / one.mean, other.standardError / other.mean);
}

/**
 * Our delay over that of the oracle CUSUM, which is told rate, size and dispersion, at the same mean time to a false alarm: ours as it is measured, and beside it the two years
 * that the budget promises. With a known baseline (the mixture alone), and with one learnt from five weeks, as it is shipped.
 */
export function benchOracle(options: DetectionOptions, figures: Figures): void {
  console.log('\n## Delay beside the oracle CUSUM');
  console.log(
    '\nRatios of mean delays. "same": at our measured mean time to a false alarm; "budget": the oracle at two years. Events: median of the oracle.',
  );
  console.log(
    head(
      'base rate',
      'dispersion',
      'change',
      'events',
      'oracle',
      'known, same',
      'known, budget',
      'known median',
      'learnt, same',
      'learnt median',
      'learnt p95',
      'missed',
    ),
  );
  const worst = { ratio: 0, doubt: 0, where: '' };
  for (const rate of options.rates)
    for (const dispersion of DISPERSIONS)
      for (const cell of cellsOf(rate, dispersion, options)) {
        figures('oracle', cell);
        const { change, events, oracle, budget, known, learnt } = cell;
        const ratio = known.mean / oracle.mean;
        if (change >= 3 && events >= 6 && ratio > worst.ratio)
          Object.assign(worst, {
            ratio,
            doubt: ratioDoubt(known, oracle),
            where: `${rate.name}, dispersion ${dispersion}, ${change}x`,
          });
        console.log(
          row(
            rate.name,
            dispersion,
            `${change}x`,
            events,
            durationText(oracle.median),
            ratioText(ratio),
            ratioText(known.mean / budget.mean),
            durationText(known.median),
            ratioText(learnt.mean / oracle.mean),
            durationText(learnt.median),
            durationText(learnt.p95),
            learnt.missed.toFixed(2),
          ),
        );
      }
  console.log(
    `\nKnown baseline, changes of 3x to 100x that need 6 events or more: at most ${ratioText(worst.ratio)} +- ${ratioText(worst.doubt)} times the oracle's mean delay (${worst.where}).`,
  );
}

interface Cell {
  baseRate: string;
  dispersion: number;
  change: number;
  /** Median of the events that the oracle needs. */
  events: number;
  meanYearsToFalseAlarm: number;
  oracle: Delays;
  budget: Delays;
  known: Delays;
  learnt: Delays;
}

function* cellsOf(
  { name, perSecond }: BaseRate,
  dispersion: number,
  { changes, seed }: DetectionOptions,
): Generator<Cell> {
  const random = seededRandom(seed, 2);
  const before = new CountSampler(perSecond, dispersion);
  const knownSettings = rateSettings({
    known: { young: 0, old: perSecond, dispersion },
    youngShare: 0,
    firstHourFalseAlarms: 0,
  });
  const settled = perSecond < DENSE_FROM ? Math.max(3_600, Math.round(20 / perSecond)) : 3_600;
  const knownStarts = histories(() => new OurStream(knownSettings, 1, 0), before, settled, random);
  const learnt = perSecond < DENSE_FROM ? HISTORY : DENSE_HISTORY;
  const learntStarts = histories(() => new OurStream(rateSettings({}), CONNECTIONS, 0), before, learnt, random);
  const meanYears = meanYearsToFalseAlarm(knownStarts, perSecond, dispersion, knownSettings.falseAlarmsPerYear, random);
  for (const change of CHANGES) {
    const oracle = new OracleCusum({ mean: perSecond, ratio: change, dispersion });
    const run = (meanTime: number) => {
      const threshold = oracle.thresholdFor(meanTime, random);
      return Array.from({ length: changes }, () =>
        oracle.delay(random, threshold, oracle.settle(random, Math.min(settled, 100_000_000))),
      );
    };
    const same = run(meanYears * YEAR);
    const oracleDelays = delaysOf(same.map(({ bins }) => bins));
    const after = new CountSampler(perSecond * change, dispersion);
    const most = Math.max(DAY, MISSED_AFTER * oracleDelays.median);
    const ours = (starts: readonly OurStream[]) =>
      delaysOf(
        Array.from({ length: changes }, (_, one) => {
          const stream = starts[one % starts.length]!.clone();
          return stream.untilPage(after, most, random)?.bins ?? Number.POSITIVE_INFINITY;
        }),
      );
    yield {
      baseRate: name,
      dispersion,
      change,
      events: quantileOf(
        same.map(({ events }) => events),
        0.5,
      ),
      meanYearsToFalseAlarm: meanYears,
      oracle: oracleDelays,
      budget: delaysOf(run(YEAR / knownSettings.falseAlarmsPerYear).map(({ bins }) => bins)),
      known: ours(knownStarts),
      learnt: ours(learntStarts),
    };
  }
}

function histories(fresh: () => OurStream, counts: CountSampler, bins: number, random: Random): OurStream[] {
  return Array.from({ length: HISTORIES }, () => {
    const stream = fresh();
    stream.run(counts, bins, random, () => {});
    return stream;
  });
}

/**
 * Mean time to a false alarm with a known baseline. The evidence R less its prior is a martingale without a change, so that time is E[R at the alarm] budgets; and R is the likelihood
 * of all changes of the mixture over that of none, so E[R] is 1 over the mean of 1 / R at the alarm under those changes: no century has to be simulated.
 */
function meanYearsToFalseAlarm(
  starts: readonly OurStream[],
  perSecond: number,
  dispersion: number,
  budget: number,
  random: Random,
): number {
  let inverse = 0;
  for (const [place, ratio] of CHANGE_RATIOS.entries()) {
    const after = new CountSampler(Math.min(perSecond * ratio, MOST_MEAN), dispersion);
    for (let one = 0; one < SIZED; one++) {
      const found = starts[one % starts.length]!.clone().untilPage(after, Number.MAX_SAFE_INTEGER, random)!;
      inverse += CHANGE_WEIGHTS[place]! / SIZED / found.evidence;
    }
  }
  return 1 / inverse / budget;
}

/** Beyond this one bin says it all. */
const MOST_MEAN = 5_000;
