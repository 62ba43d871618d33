/** A day in UTC, as `2026-11-25`: its names sort by time. */
export type Day = string;

/** The day of a time in epoch milliseconds. */
export function dayOf(time: number): Day {
  return new Date(time).toISOString().slice(0, 10);
}

/** True for the name of a day. */
export function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && dayOf(time) === text;
}

/**
 * The last day on which each of these days can have taken rows, given all in the order in which they were begun: its own, or that of a later one
 * that is earlier, where the clock was ahead when it was begun.
 */
export function lastDays(days: readonly { day: Day }[]): Day[] {
  let last: Day | undefined;
  return days
    .toReversed()
    .map(({ day }) => {
      last = last === undefined || day < last ? day : last;
      return last;
    })
    .reverse();
}
