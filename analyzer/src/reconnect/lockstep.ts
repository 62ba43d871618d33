import type { ReconnectHealth } from '../verdict.ts';

/** Milliseconds; a quarter of the shortest lag, so that "one second later" can be told from "a bit later". */
const BIN = 250;
/** The smooth part that is taken away is a mean over so many bins to either side: less than the shortest lag, or that would be biased. */
const SMOOTH = 3;
/** Fewer returns than this have no rhythm that could be told from chance. */
const LEAST = 20;
/** Returns after so many bins past the first are stragglers: five minutes. */
const MOST_BINS = 1_200;

/**
 * Whether clients retry in step: the autocorrelation, at 1, 2 and 4 s, of the returns per quarter of a second less their
 * moving mean over seven of them. Random waits leave about 0, with a standard error of 1 over the root of the number of quarters
 * (0.1 where the returns take 20 s); retries without jitter come again and again at the same distance and leave a peak. `backAt` are epoch milliseconds, in any order.
 * Null below 20 returns. https://en.wikipedia.org/wiki/Autocorrelation#Estimation
 */
export function lockstep(backAt: readonly number[]): ReconnectHealth['lockstep'] {
  if (backAt.length < LEAST) return null;
  const rest = withoutMovingMean(countsOf(backAt));
  const power = rest.reduce((sum, value) => sum + value * value, 0);
  const at = (seconds: number) => {
    const lag = (seconds * 1000) / BIN;
    let sum = 0;
    for (let index = lag; index < rest.length; index += 1) sum += rest[index]! * rest[index - lag]!;
    return power === 0 ? 0 : sum / power;
  };
  return { at1s: at(1), at2s: at(2), at4s: at(4) };
}

function countsOf(times: readonly number[]): number[] {
  const bins = times.map(time => Math.floor(time / BIN));
  const first = bins.reduce((least, bin) => Math.min(least, bin));
  const last = bins.reduce((most, bin) => Math.max(most, bin));
  const counts: number[] = new Array(Math.min(last - first + 1, MOST_BINS)).fill(0);
  for (const bin of bins) if (bin - first < counts.length) counts[bin - first]! += 1;
  return counts;
}

function withoutMovingMean(counts: readonly number[]): number[] {
  return counts.map((count, index) => {
    const around = counts.slice(Math.max(0, index - SMOOTH), index + SMOOTH + 1);
    return count - around.reduce((sum, value) => sum + value, 0) / around.length;
  });
}
