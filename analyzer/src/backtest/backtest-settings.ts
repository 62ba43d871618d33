import { RATE_DEFAULTS, type RateSettings, rateSettings } from '../detect/rate-settings.ts';
import { DAY_OF_WEEK, HOUR_OF_WEEK, type SeasonShape, WEEK_OF_YEAR } from '../detect/season.ts';

const DAY = 86_400;
/** What a baseline remembers at least, in bins: with fewer, chance is learnt. Of weeks it is two years. */
const HALF_LIFE_BINS = 104;
/** By how many bins learning lags at least, so that a rise is not learnt before it is found; EARS C2 leaves out two. */
const LAG_BINS = 3;
/** An alarm is over after so many bins back below the null at least. */
const QUIET_BINS = 4;
/** The null has never less than so much a bin; with less, two events in one bin would be a change. */
const LEAST_PER_BIN = 1 / 20;

/**
 * How a series of counts is judged: as a service's own detector does, where bins are short; where they are longer than what it counts in (a quarter of an hour, a day, two weeks),
 * some bins take the place of that. A history begins somewhere, so its first hour is no likelier to hold a change than another.
 */
export function backtestSettings(
  binSeconds: number,
  falseAlarmsPerYear = RATE_DEFAULTS.falseAlarmsPerYear,
): RateSettings {
  const { leastPerDay, halfLife, learningLag, quiet, reopens } = RATE_DEFAULTS;
  return rateSettings({
    binSeconds,
    falseAlarmsPerYear,
    firstHourFalseAlarms: 0,
    youngShare: 0,
    leastPerDay: Math.min(leastPerDay, (LEAST_PER_BIN * DAY) / binSeconds),
    halfLife: Math.max(halfLife, HALF_LIFE_BINS * binSeconds),
    learningLag: Math.max(learningLag, LAG_BINS * binSeconds),
    quiet: Math.max(quiet, QUIET_BINS * binSeconds),
    reopens,
    season: seasonOf(binSeconds),
  });
}

/** Bins of an hour and less tell the hours of the week apart, days its days, weeks those of the year. */
function seasonOf(binSeconds: number): SeasonShape {
  if (binSeconds <= HOUR_OF_WEEK.slotSeconds) return HOUR_OF_WEEK;
  return binSeconds <= DAY ? DAY_OF_WEEK : WEEK_OF_YEAR;
}
