import type { ReconnectHealth } from '../verdict.ts';
import { number } from './numbers.ts';

/** A second that is so many times as busy as an even spread is a herd; below that chance does it. */
const HERD = 2;
/** So few opens in a second hurt nobody, however they come. */
const HERD_OPENS = 20;
/** Autocorrelation from which on retries are in step: with 20 s of returns chance reaches it once in 1,000. */
const IN_STEP = 0.4;
/** Below this multiple of the usual a peak is not worth a word. */
const BUSY = 2;

/** Behind the peak of opens, what is usual: `, 40 times the usual second`. Empty where it is not known, or near it. */
export function usualPhrase({ peakOverUsual }: ReconnectHealth): string {
  if (peakOverUsual === undefined || peakOverUsual === null || peakOverUsual < BUSY) return '';
  return `, ${number(Math.round(peakOverUsual))} times what is usual`;
}

/** What is wrong with how the clients spread their way back; nothing where they do as advised. */
export function herdLines({ herdIndex, lockstep, peakPerSecond }: ReconnectHealth): string[] {
  const lines: string[] = [];
  if (herdIndex !== undefined && herdIndex !== null && herdIndex >= HERD && peakPerSecond >= HERD_OPENS)
    lines.push(`They come as a herd: the busiest second has ${number(herdIndex)} times the returns of an even spread.`);
  const steps: [string, number][] = [
    ['1 s', lockstep?.at1s ?? 0],
    ['2 s', lockstep?.at2s ?? 0],
    ['4 s', lockstep?.at4s ?? 0],
  ];
  const [seconds, most] = steps.reduce((best, step) => (step[1] > best[1] ? step : best));
  if (most >= IN_STEP) lines.push(`They retry in step, every ${seconds}: their delays have no jitter.`);
  return lines;
}
