import { type CountSeries, CountsError } from './count-series.ts';

/** Later than this (the year 5138) a number of seconds is one of milliseconds. */
const LATEST = 1e11;
/** Starts of bins may be off by so much of a bin, as decimals of seconds are. */
const SLACK = 1e-3;

/** Takes bins in order, checks each, and finds their width: the commonest distance of two in a row. */
export class SeriesBuilder {
  private readonly times: number[] = [];
  private readonly counts: number[] = [];
  private readonly exposures: number[] = [];
  /** Where each bin stands, for messages: 1, 2, … */
  private readonly places: number[] = [];
  private readonly unknown: { time: number; place: number }[] = [];
  private readonly placeName: string;

  /** @param placeName what places are called: `line` or `sample` */
  constructor(placeName: string) {
    this.placeName = placeName;
  }

  /** Adds a bin; a count of null is unknown. Counts with decimals, as Prometheus extrapolates them, are rounded. */
  add(place: number, time: number, count: number | null, exposure: number): void {
    if (time > LATEST)
      throw this.problem(
        place,
        `expected epoch seconds, got ${time}, which would be the year ${yearOf(time)}: milliseconds?`,
      );
    if (count !== null && !(count >= 0 && count < Number.MAX_SAFE_INTEGER))
      throw this.problem(place, `expected a count from 0 on, got ${count}`);
    if (!(exposure >= 0 && Number.isFinite(exposure)))
      throw this.problem(place, `expected an exposure from 0 on, got ${exposure}`);
    const before = this.latest();
    if (before !== null && time <= before)
      throw this.problem(place, `expected a time after ${timeText(before)}, got ${timeText(time)}`);
    if (count === null) {
      this.unknown.push({ time, place });
      return;
    }
    this.times.push(time);
    this.counts.push(Math.round(count));
    this.exposures.push(exposure);
    this.places.push(place);
  }

  /** @throws CountsError where bins are fewer than two, or not of one width */
  build(withExposures: boolean): CountSeries {
    const { times, counts, exposures } = this;
    if (times.length < 2) throw new CountsError(`expected at least two bins with a count, got ${times.length}`);
    const binSeconds = commonestStep(times);
    for (let at = 1; at < times.length; at++) {
      const steps = (times[at]! - times[at - 1]!) / binSeconds;
      if (Math.abs(steps - Math.round(steps)) <= SLACK && steps > 0.5) continue;
      throw this.problem(
        this.places[at]!,
        `expected equal bins, here of ${binSeconds} s: a time a whole number of them after ${timeText(times[at - 1]!)}, got ${timeText(times[at]!)}`,
      );
    }
    return { binSeconds, times, counts, exposures: withExposures ? exposures : null };
  }

  problem(place: number, message: string): CountsError {
    return new CountsError(`${this.placeName} ${place}: ${message}`);
  }

  private latest(): number | null {
    const [known, unknown] = [this.times.at(-1), this.unknown.at(-1)?.time];
    if (known === undefined || unknown === undefined) return known ?? unknown ?? null;
    return Math.max(known, unknown);
  }
}

/** To the millisecond; of two that are as common, the shorter. */
function commonestStep(times: readonly number[]): number {
  const seen = new Map<number, number>();
  for (let at = 1; at < times.length; at++) {
    const step = Math.round((times[at]! - times[at - 1]!) * 1_000) / 1_000;
    seen.set(step, (seen.get(step) ?? 0) + 1);
  }
  return [...seen].reduce((best, one) =>
    one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best,
  )[0];
}

function timeText(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

function yearOf(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? 'after 275760' : String(date.getUTCFullYear());
}
