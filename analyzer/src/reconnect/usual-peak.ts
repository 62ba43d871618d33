import { BIN } from '../facts/limits.ts';
import type { ServiceBins } from '../facts/service-bins.ts';
import type { Wave } from '../wave.ts';

const HOUR = 3_600; // bins
/** With less than this known before the wave nothing is usual yet. Bins. */
const LEAST_KNOWN = 600; // 10 min
/** Of a wave that lasts longer the hour before it is out of memory before its verdict is final. Milliseconds. */
const LONGEST_WAVE = 30 * 60_000; // 30 min

/**
 * A wave's peak of opens over the median opens a second of the hour before it, that taken as one at least (in a quiet service
 * most seconds have none). Null where fewer than ten minutes before it are known, or it lasted more than half an hour.
 */
export function peakOverUsual(
  { startedAt, endedAt, instances, reconnect }: Pick<Wave, 'startedAt' | 'endedAt' | 'instances' | 'reconnect'>,
  { bins, firstSpoken }: Pick<ServiceBins, 'bins' | 'firstSpoken'>,
): number | null {
  const lastCloseAt = endedAt ?? instances.reduce((last, one) => Math.max(last, one.lastCloseAt), startedAt);
  const until = Math.floor(startedAt / BIN);
  const from = Math.max(until - HOUR, firstSpoken);
  if (until - from < LEAST_KNOWN || lastCloseAt > startedAt + LONGEST_WAVE) return null;
  const opens = Array.from({ length: until - from }, (_, index) => bins.get(from + index)?.opens ?? 0);
  const median = opens.sort((a, b) => a - b)[Math.floor(opens.length / 2)]!;
  return reconnect.peakPerSecond / Math.max(1, median);
}

/** The wave with its peak set against the usual. */
export function withUsualPeak(wave: Wave, bins: Pick<ServiceBins, 'bins' | 'firstSpoken'>): Wave {
  return { ...wave, reconnect: { ...wave.reconnect, peakOverUsual: peakOverUsual(wave, bins) } };
}
