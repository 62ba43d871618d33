const DAY = 86_400; // bins
const COUNTED_DAYS = 7;
const DAYS_PER_YEAR = 365.25;

/**
 * New versions of a service and its clients in a year, as the last week tells: one more than were seen, in a day more than was watched (a Gamma posterior's
 * mean), so that nobody begins with none. `seen` are the numbers of the bins in which versions were first seen, `since` of the first bin.
 * @example deploysPerYear([], 0, 0) // 365.25
 */
export function deploysPerYear(seen: Iterable<number>, since: number, bin: number): number {
  const watched = Math.min((bin - since) / DAY, COUNTED_DAYS);
  let versions = 0;
  for (const one of seen) if (one > bin - COUNTED_DAYS * DAY && one <= bin) versions++;
  return ((1 + versions) / (1 + watched)) * DAYS_PER_YEAR;
}
