import type { RateBin } from '../detect/rate-detector.ts';
import type { RateSettings } from '../detect/rate-settings.ts';
import { freshWatch, passWatch, type RateAlarm, stepWatch } from '../detect/rate-watch.ts';
import { backtestSettings } from './backtest-settings.ts';
import type { CountSeries } from './count-series.ts';

/** One alarm of a series of counts. Times are RFC 3339. */
export interface BacktestAlarm {
  /** The start of the first bin of the change, as it is estimated. */
  startedAt: string;
  /** The end of the bin in which the evidence sufficed. */
  detectedAt: string;
  /** The end of the last bin above what is usual; null where the alarm still runs at the end of the series. */
  endedAt: string | null;
  /** What came from `startedAt` to its end, and what the baseline had in the same time. */
  count: number;
  expected: number;
  ratio: number;
}

/** As a payload bug of fewer than three clients is no page, fewer events than these are no alarm. */
const LEAST_EVENTS = 3;

/**
 * Runs detector A over a series of counts, as it runs over a service, and returns its alarms by start. The series alone decides: same counts, same alarms.
 *
 * @param settings by default those that suit the width of the bins
 */
export function backtest(
  series: CountSeries,
  settings: RateSettings = backtestSettings(series.binSeconds),
): BacktestAlarm[] {
  const { binSeconds, times } = series;
  const watch = freshWatch(settings);
  const found: { alarm: RateAlarm; detectedIn: number }[] = [];
  const unit = series.exposures?.find(exposure => exposure > 0) ?? 1;
  for (let at = 0; at < times.length; ) {
    const quiet = quietRun(series, at);
    const bin = binAt(series, at, unit);
    if (quiet > 1) passWatch(watch, bin, quiet, settings);
    else stepWatch(watch, bin, settings);
    const { alarm } = watch;
    const isKnown = alarm === null || found.at(-1)?.alarm === alarm;
    if (!isKnown && alarm.sick >= LEAST_EVENTS) found.push({ alarm, detectedIn: bin.bin + quiet - 1 });
    at += quiet;
  }
  // Bins are numbered from the epoch, and begin where the series' own do.
  const offset = times.length > 0 ? times[0]! - Math.floor(times[0]! / binSeconds) * binSeconds : 0;
  const timeOf = (bin: number) => new Date((bin * binSeconds + offset) * 1_000).toISOString();
  return found.map(({ alarm, detectedIn }) => {
    const { sick, expected } = alarm.endedIn === null ? alarm : alarm.above;
    return {
      startedAt: timeOf(alarm.since),
      detectedAt: timeOf(detectedIn + 1),
      endedAt: alarm.endedIn === null ? null : timeOf(alarm.lastAbove + 1),
      count: sick,
      expected: Number(expected.toPrecision(4)),
      ratio: Number((sick / expected).toPrecision(4)),
    };
  });
}

/** How many bins from this one on are there, are empty and have the same exposure; 1 where this one is not. */
function quietRun({ binSeconds, times, counts, exposures }: CountSeries, at: number): number {
  let end = at;
  while (end < times.length && counts[end] === 0 && exposures?.[end] === exposures?.[at]) {
    if (end > at && times[end]! - times[end - 1]! > 1.5 * binSeconds) break;
    end++;
  }
  return Math.max(1, end - at);
}

function binAt({ binSeconds, times, counts, exposures }: CountSeries, at: number, unit: number): RateBin {
  const count = counts[at]!;
  const exposure = (exposures?.[at] ?? unit) / unit;
  return {
    bin: Math.round((times[at]! - times[0]!) / binSeconds) + Math.floor(times[0]! / binSeconds),
    age: times[at]! - times[0]!,
    exposure: { young: 0, old: exposure * binSeconds },
    sick: { young: 0, old: count },
    closes: count,
    firstAt: count > 0 ? times[at]! * 1_000 : null,
  };
}
