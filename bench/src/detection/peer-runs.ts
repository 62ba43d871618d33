import type { BaseRate } from './base-rates.ts';
import type { Peer } from './peers/peer.ts';
import { CountSampler } from './simulation/count-sampler.ts';
import type { Random } from './simulation/random.ts';

const DAY = 86_400;
const YEAR = 365.25 * DAY;
/** Payload bugs are this share of all closes while nothing is wrong: half of the error budget of 99.9 %. */
const USUAL_SHARE = 1 / 2_000;

/** The largest statistic of each day without a change. Alarms of one day count as one false alarm. */
export function quietDays(
  peer: Peer,
  { perSecond }: BaseRate,
  dispersion: number,
  years: number,
  random: Random,
): Float64Array {
  const { bin } = peer;
  const counts = new CountSampler(perSecond * bin, dispersion);
  const total = (perSecond * bin) / USUAL_SHARE;
  const step = peer.start();
  let gap = counts.drawGap(random);
  const next = () => {
    if (gap-- > 0) return 0;
    gap = counts.drawGap(random);
    return counts.drawSome(random);
  };
  for (let at = 0; at < peer.warmUp; at++) step(next(), total);
  const binsOfDay = Math.max(1, Math.round(DAY / bin));
  const days = new Float64Array(Math.round((years * YEAR) / DAY));
  for (let day = 0; day < days.length; day++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < binsOfDay; at++) {
      const count = next();
      const statistic = step(count, total);
      if (statistic > largest) largest = statistic;
    }
    days[day] = largest;
  }
  return days;
}

/** False alarms a year at a threshold. */
export function falseAlarmsAt(days: Float64Array, threshold: number): number {
  let alarms = 0;
  for (const largest of days) if (largest > threshold) alarms++;
  return (alarms * YEAR) / DAY / days.length;
}

/** The least threshold with at most so many false alarms a year; infinite where none is. */
export function thresholdFor(days: Float64Array, perYear: number): number {
  const sorted = days.slice().sort().reverse();
  return sorted[Math.floor((perYear * days.length * DAY) / YEAR)] ?? Number.POSITIVE_INFINITY;
}

/** A change of rate for a peer: how long it lasts at most, and whether its series are new with it. */
export interface PeerChange {
  rate: BaseRate;
  dispersion: number;
  ratio: number;
  /** Seconds after which it counts as missed. */
  most: number;
  fresh: boolean;
}

/** Seconds from a change, anywhere in a bin, to the end of the bin of the alarm, for several thresholds of one run; infinite where it is missed. */
export function delayOf(
  peer: Peer,
  { rate, dispersion, ratio, most, fresh }: PeerChange,
  thresholds: readonly number[],
  random: Random,
): number[] {
  const { bin } = peer;
  const mean = rate.perSecond * bin;
  const before = new CountSampler(mean, dispersion);
  const after = new CountSampler(mean * ratio, dispersion);
  const total = mean / USUAL_SHARE;
  const step = peer.start();
  const lowest = Math.min(...thresholds);
  if (!fresh) for (let at = 0; at < peer.warmUp; at++) step(before.draw(random), total);
  const part = random();
  const first = new CountSampler(mean * (1 + (ratio - 1) * part), dispersion);
  const delays = thresholds.map(() => Number.POSITIVE_INFINITY);
  for (let at = 0; at * bin < most; at++) {
    const count = (at === 0 ? first : after).draw(random);
    const statistic = step(count, total + count);
    if (statistic <= lowest) continue;
    const delay = (at + part) * bin;
    for (const [place, threshold] of thresholds.entries())
      if (statistic > threshold && delay < delays[place]!) delays[place] = delay;
    if (delays.every(Number.isFinite)) break;
  }
  return delays;
}
