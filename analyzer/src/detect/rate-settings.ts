import { HOUR_OF_WEEK, type SeasonShape } from './season.ts';

/** Rates that are told instead of learnt, in sick clients a unit of exposure. */
export interface KnownBaseline {
  young: number;
  old: number;
  /** Variance over mean of the counts; 1 is Poisson. */
  dispersion: number;
}

/** How a rate detector judges. Times in seconds, so that bins of any width mean the same. */
export interface RateSettings {
  /** Width of a bin. */
  binSeconds: number;
  /** Expected false alarms a year. */
  falseAlarmsPerYear: number;
  /** What may be spent on the first hour beside: a change is likelier there. 0 for a stream whose service is not new. */
  firstHourFalseAlarms: number;
  /** Share of the mixture that looks at young connections alone; 0 where a stream does not tell them apart. */
  youngShare: number;
  /** The null has never less than so many sick clients a day. */
  leastPerDay: number;
  /** The null is this quantile of the rate's posterior, enlarged by the margin. */
  nullQuantile: number;
  nullMargin: number;
  /** In which time the baseline forgets by half, and by how much it lags. */
  halfLife: number;
  learningLag: number;
  /** An alarm is over after so much time back below the null, and opens again within so much as the same. */
  quiet: number;
  reopens: number;
  /** What season is learnt, if any; a stream beside a service shares that of its service, by its exposure. */
  season: SeasonShape | false;
  /** A baseline that is known: nothing is learnt then, and nothing enlarged. */
  known: KnownBaseline | null;
}

const DAY = 86_400;

/** The defaults, as a service's own detector has them. */
export const RATE_DEFAULTS: RateSettings = {
  binSeconds: 1,
  falseAlarmsPerYear: 0.5,
  firstHourFalseAlarms: 0.02,
  youngShare: 0.25,
  leastPerDay: 1,
  nullQuantile: 0.9,
  nullMargin: 0.25,
  halfLife: 14 * DAY,
  learningLag: 900,
  quiet: 900,
  reopens: 3_600,
  season: HOUR_OF_WEEK,
  known: null,
};

/** The defaults with some of them set otherwise. */
export function rateSettings(given: Partial<RateSettings>): RateSettings {
  return { ...RATE_DEFAULTS, ...given };
}
