import type { BaseRate } from './base-rates.ts';
import type { Peer } from './peers/peer.ts';
import { CountSampler } from './simulation/count-sampler.ts';
import type { Random } from './simulation/random.ts';
import { SamplerCache } from './simulation/sampler-cache.ts';
import { type ServiceDays, type Stretch, serviceDays, USUALLY_YOUNG } from './simulation/service-days.ts';

const DAY = 86_400;
const YEAR = 365.25 * DAY;
/** Payload bugs are this share of all closes while nothing is wrong: half of the error budget of 99.9 %. */
const USUAL_SHARE = 1 / 2_000;

/** The largest statistic of each day of services without a change. Alarms of one day count as one false alarm. */
export function quietDays(
  peer: Peer,
  rate: BaseRate,
  dispersion: number,
  years: number,
  random: Random,
  kinds: readonly ServiceDays[],
): Float64Array {
  const days: number[] = [];
  for (const kind of kinds)
    for (const day of daysOf(peer, rate, dispersion, years / kinds.length, random, kind)) days.push(day);
  return Float64Array.from(days);
}

function* daysOf(
  peer: Peer,
  { perSecond }: BaseRate,
  dispersion: number,
  years: number,
  random: Random,
  kind: ServiceDays,
): Generator<number> {
  const { bin, warmUp } = peer;
  const samplers = new SamplerCache(dispersion);
  const step = peer.start();
  const binsOfDay = Math.max(1, Math.round(DAY / bin));
  let [seen, largest] = [0, Number.NEGATIVE_INFINITY];
  for (const { mean, total } of binsOf(
    bin,
    serviceDays(kind, perSecond, warmUp * bin + Math.round(years * YEAR), random),
    perSecond,
  )) {
    const statistic = step(samplers.of(mean)!.draw(random), total);
    seen++;
    if (seen <= warmUp) continue;
    if (statistic > largest) largest = statistic;
    if ((seen - warmUp) % binsOfDay !== 0) continue;
    yield largest;
    largest = Number.NEGATIVE_INFINITY;
  }
}

/** Stretches of seconds put together into bins: what is counted in each on average, and all closes, which come and go with the opens. */
function* binsOf(
  bin: number,
  stretches: Iterable<Stretch>,
  perSecond: number,
): Generator<{ mean: number; total: number }> {
  let [mean, total, seconds] = [0, 0, 0];
  for (const { bins, meanYoung, meanOld, young } of stretches) {
    const closes = ((perSecond / USUAL_SHARE) * young) / USUALLY_YOUNG;
    for (let left = bins; left > 0; ) {
      const part = Math.min(left, bin - seconds);
      mean += part * (meanYoung + meanOld);
      total += part * closes;
      seconds += part;
      left -= part;
      if (seconds < bin) continue;
      yield { mean, total };
      mean = total = seconds = 0;
    }
  }
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
