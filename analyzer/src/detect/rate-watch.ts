import { negativeBinomialTail } from '../statistics/negative-binomial-tail.ts';
import type { Exposure } from './exposure.ts';
import {
  cloneRate,
  forgetChange,
  freshRate,
  type LeftOut,
  passRate,
  type RateBin,
  type RateOutcome,
  type RateState,
  stepRate,
} from './rate-detector.ts';
import { likeliest } from './rate-mixture.ts';
import type { RateSettings } from './rate-settings.ts';

/** A change of rate from alarm to end. All are numbers of bins. */
export interface RateAlarm {
  /** The first bin of the likeliest change at the alarm, and the time of the first count in it (epoch milliseconds). */
  since: number;
  firstAt: number | null;
  /** The bin in which the evidence sufficed. */
  detectedIn: number;
  /** The last bin that was above the null. */
  lastAbove: number;
  /** The bin at which it was found to be over; null while it runs. */
  endedIn: number | null;
  /** What came since its start, and what the baseline had in the same time. */
  sick: number;
  closes: number;
  expected: number;
  /** The same as they were at `lastAbove`: what it came to, once it is over. */
  above: { sick: number; closes: number; expected: number };
  /** Largest evidence so far. */
  evidence: number;
}

/** A rate detector with the life of its alarms: all that a stream of counts needs. */
export interface RateWatch {
  rate: RateState;
  /** The alarm that runs, or ended less than an hour ago. */
  alarm: RateAlarm | null;
  /** While an alarm runs, what came in each minute of its last quarter of an hour; the last one still grows. */
  minutes: { until: number; sick: number; mean: number }[];
}

/** A trailing minute is above the null when the null has so many or more less often than this. */
const ABOVE_PROBABILITY = 0.05;
/** Seconds that are judged at once. */
const MINUTE = 60;
/** Silence says that an alarm is over where its own rate would have brought three more by then: 5 % of such silences are chance. */
const EVENTS_MISSED = 3;

export function freshWatch(settings: RateSettings, quiet: Exposure = { young: 0, old: 0 }): RateWatch {
  return { rate: freshRate(settings, quiet), alarm: null, minutes: [] };
}

export function cloneWatch({ rate, alarm, minutes }: RateWatch): RateWatch {
  return {
    rate: cloneRate(rate),
    alarm: alarm && { ...alarm, above: { ...alarm.above } },
    minutes: minutes.map(minute => ({ ...minute })),
  };
}

/**
 * Takes one bin, as `stepRate` does, and carries the alarm over it: it opens when the evidence suffices, is left out of the
 * learning, is over after a quarter of an hour back below the null (longer where what it counts is rarer than that), and
 * opens again within an hour as the same. `leftOut` says what else is not to be learnt.
 */
export function stepWatch(watch: RateWatch, bin: RateBin, settings: RateSettings, leftOut?: LeftOut): RateOutcome {
  const outcome = stepRate(watch.rate, bin, settings, leftOutOf(watch, leftOut));
  follow(watch, bin, 1, outcome, settings);
  return outcome;
}

/** Takes a run of bins without a count and with unchanged exposure, as `passRate` does. */
export function passWatch(
  watch: RateWatch,
  bin: RateBin,
  bins: number,
  settings: RateSettings,
  leftOut?: LeftOut,
): RateOutcome {
  const { binSeconds } = settings;
  for (let done = 0; ; ) {
    const now = { ...bin, bin: bin.bin + done, age: bin.age + done * binSeconds };
    const isHot = watch.alarm !== null;
    const piece = isHot ? Math.min(bins - done, Math.max(1, Math.floor(MINUTE / binSeconds))) : bins - done;
    const outcome = passRate(watch.rate, now, piece, settings, leftOutOf(watch, leftOut));
    follow(watch, now, piece, outcome, settings);
    done += piece;
    if (done >= bins) return outcome;
  }
}

/** What belongs to its own alarm, and what somebody else says does not count. */
function leftOutOf(watch: RateWatch, others: LeftOut = () => false): LeftOut {
  return (from, to) => {
    const { alarm } = watch;
    const isOwn = alarm !== null && to > alarm.since && (alarm.endedIn === null || from <= alarm.lastAbove);
    return isOwn || others(from, to);
  };
}

/** `bin` is the first of `bins` bins that have been taken in. */
function follow(watch: RateWatch, bin: RateBin, bins: number, outcome: RateOutcome, settings: RateSettings): void {
  const last = bin.bin + bins - 1;
  const sick = Math.round(bin.sick.young + bin.sick.old);
  const { alarm } = watch;
  if (alarm && alarm.endedIn === null) {
    alarm.sick += sick;
    alarm.closes += bin.closes;
    alarm.expected += outcome.expected * bins;
    alarm.evidence = Math.max(alarm.evidence, outcome.evidence);
    judgeEnd(watch, alarm, last, sick, outcome.mean * bins, outcome.dispersion, settings);
    return;
  }
  if (outcome.evidence >= 1) open(watch, last, outcome, settings);
  else if (alarm && (last - alarm.endedIn!) * settings.binSeconds > settings.reopens - settings.quiet)
    watch.alarm = null;
}

function open(watch: RateWatch, last: number, { evidence }: RateOutcome, { binSeconds }: RateSettings): void {
  watch.minutes = [];
  if (watch.alarm) {
    Object.assign(watch.alarm, { endedIn: null, lastAbove: last });
    return;
  }
  const { since, firstAt, sick, closes, expected } = likeliest(watch.rate.mixture);
  const startedIn = firstAt === null ? since : Math.max(since, Math.floor(firstAt / 1_000 / binSeconds));
  watch.alarm = {
    since: startedIn,
    firstAt,
    detectedIn: last,
    lastAbove: last,
    endedIn: null,
    sick,
    closes,
    expected,
    above: { sick, closes, expected },
    evidence,
  };
}

function judgeEnd(
  watch: RateWatch,
  alarm: RateAlarm,
  last: number,
  sick: number,
  mean: number,
  dispersion: number,
  settings: RateSettings,
): void {
  const { minutes } = watch;
  const newest = minutes.at(-1);
  const length = Math.max(1, Math.floor(MINUTE / settings.binSeconds));
  if (!newest || last >= newest.until) minutes.push({ until: last + length, sick, mean });
  else {
    newest.sick += sick;
    newest.mean += mean;
  }
  const quiet = Math.ceil(settings.quiet / settings.binSeconds);
  while (minutes[0]!.until <= last - quiet) minutes.shift();
  const minute = minutes.at(-1)!;
  if (isAbove(minute.sick, minute.mean, dispersion)) {
    alarm.lastAbove = last;
    alarm.above = { sick: alarm.sick, closes: alarm.closes, expected: alarm.expected };
  }
  const between = (alarm.lastAbove - alarm.since + 1) / Math.max(1, alarm.sick);
  if (last - alarm.lastAbove < Math.max(quiet, EVENTS_MISSED * between)) return;
  // A rate that is too low to show in one minute may still show in fifteen.
  const quarter = minutes.reduce((sum, one) => ({ sick: sum.sick + one.sick, mean: sum.mean + one.mean }), {
    sick: 0,
    mean: 0,
  });
  if (isAbove(quarter.sick, quarter.mean, dispersion)) return;
  alarm.endedIn = last;
  forgetChange(watch.rate, settings);
}

function isAbove(sick: number, mean: number, dispersion: number): boolean {
  return sick > 0 && negativeBinomialTail(sick, mean, dispersion) < ABOVE_PROBABILITY;
}
