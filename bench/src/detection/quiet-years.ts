import { freshWatch, passWatch, rateSettings, stepWatch } from '@closewatch/analyzer';
import { type Random, seededRandom } from './simulation/random.ts';
import { SamplerCache } from './simulation/sampler-cache.ts';
import { type ServiceDays, serviceDays } from './simulation/service-days.ts';

/** One service without a bug. */
export interface QuietService {
  perSecond: number;
  dispersion: number;
  days: ServiceDays;
  years: number;
  seed: number;
}

/** What our detector said of it. */
export interface QuietOutcome {
  /** Alarms of three clients and more, and of fewer. */
  pages: number;
  lesser: number;
  /** Age of the service at each page, in days. */
  pagedAt: number[];
}

const DAY = 86_400;
const YEAR = 365.25 * DAY;
/** Distinct clients from which on an alarm pages. */
const PAGES_FROM = 3;

/** Runs our detector, as it is shipped, over a service in which nothing ever goes wrong. */
export function quietYears({ perSecond, dispersion, days, years, seed }: QuietService): QuietOutcome {
  const settings = rateSettings({});
  const watch = freshWatch(settings);
  const random = seededRandom(seed);
  const samplers = new SamplerCache(dispersion);
  const outcome: QuietOutcome = { pages: 0, lesser: 0, pagedAt: [] };
  let known = watch.alarm;
  let hasPaged = false;
  let bin = 0;
  for (const stretch of serviceDays(days, perSecond, Math.round(years * YEAR), random)) {
    const [youngCounts, oldCounts] = [samplers.of(stretch.meanYoung), samplers.of(stretch.meanOld)];
    const exposure = { young: stretch.young, old: stretch.old };
    const end = bin + stretch.bins;
    let nextYoung = bin + (youngCounts?.drawGap(random) ?? Number.POSITIVE_INFINITY);
    let nextOld = bin + (oldCounts?.drawGap(random) ?? Number.POSITIVE_INFINITY);
    while (bin < end) {
      const next = Math.min(nextYoung, nextOld, end);
      if (next > bin) {
        const quiet = { bin, age: bin, exposure, sick: { young: 0, old: 0 }, closes: 0, firstAt: null };
        passWatch(watch, quiet, next - bin, settings);
        bin = next;
      }
      if (bin === end) break;
      const some = nextOld === bin ? oldCounts!.drawSome(random) : 0;
      const moved = stretch.thinned > 0 ? thinned(some, stretch.thinned, random) : 0;
      const young = moved + (nextYoung === bin ? youngCounts!.drawSome(random) : 0);
      const old = some - moved;
      const busy = { bin, age: bin, exposure, sick: { young, old }, closes: young + old, firstAt: bin * 1_000 };
      stepWatch(watch, busy, settings);
      bin++;
      if (young > moved) nextYoung = bin + youngCounts!.drawGap(random);
      if (some > 0) nextOld = bin + oldCounts!.drawGap(random);
      const { alarm } = watch;
      if (alarm !== known) {
        known = alarm;
        hasPaged = false;
        if (alarm) outcome.lesser++;
      }
      if (alarm && !hasPaged && alarm.sick >= PAGES_FROM) {
        hasPaged = true;
        outcome.pages++;
        outcome.lesser--;
        outcome.pagedAt.push(bin / DAY);
      }
    }
  }
  return outcome;
}

/** Of so many events those that a share of them is. */
function thinned(count: number, share: number, random: Random): number {
  let kept = 0;
  for (let event = 0; event < count; event++) if (random() < share) kept++;
  return kept;
}
