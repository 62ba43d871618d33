import type { SeriesBin } from '@closewatch/analyzer';

/** A span of time, epoch milliseconds. */
export interface TimeWindow {
  from: number;
  to: number;
}

/** The whole bins that cover the last `minutes` before `end`. */
export function windowOfBins(end: number, minutes: number, binSeconds: number): TimeWindow {
  const binLength = binSeconds * 1000;
  const to = Math.ceil(end / binLength) * binLength;
  return { from: to - minutes * 60_000, to };
}

/** `bins` with those of `changed` put over the ones of the same time, and what lies before `from` let go. */
export function mergeBins(bins: readonly SeriesBin[], changed: readonly SeriesBin[], from: number): SeriesBin[] {
  const byTime = new Map([...bins, ...changed].map(bin => [Date.parse(bin.time), bin]));
  return [...byTime]
    .filter(([time]) => time >= from)
    .sort(([a], [b]) => a - b)
    .map(([, bin]) => bin);
}
