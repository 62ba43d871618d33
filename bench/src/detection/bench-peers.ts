import { rateSettings } from '@closewatch/analyzer';
import { BASE_RATES, type BaseRate, CHANGES, DISPERSIONS } from './base-rates.ts';
import { type Delays, delaysOf } from './bench-oracle.ts';
import type { Figures } from './detection.ts';
import type { DetectionOptions } from './options.ts';
import { OurStream } from './our-stream.ts';
import { PEERS, type PeerFamily } from './peer-grid.ts';
import { delayOf, falseAlarmsAt, quietDays, thresholdFor } from './peer-runs.ts';
import type { Peer } from './peers/peer.ts';
import { CountSampler } from './simulation/count-sampler.ts';
import { OracleCusum } from './simulation/oracle-cusum.ts';
import { seededRandom } from './simulation/random.ts';
import { DAYS } from './simulation/service-days.ts';
import { durationText, head, ratioText, row } from './table.ts';

const DAY = 86_400;
const YEAR = 365.25 * DAY;
const HISTORY = 35 * DAY;
const DENSE_HISTORY = 3 * DAY;
const CONNECTIONS = 1_000;
const MISSED_AFTER = 10;
/** What peers are tuned to: our budget, though ours uses less of it. */
const PER_YEAR = rateSettings({}).falseAlarmsPerYear;
/** Factors of the false alarms that the tuning curve is printed at. */
const CURVE = [100, 10, 1];
/** Quick: one rate of each kind, one dispersion, three changes, and fewer years to tune on. */
const QUICK = { rates: ['0.5/day', '1/h', '30/min'], dispersions: [2], changes: [3, 10, 100], years: 6 };
const FULL_YEARS = 30;

/** A variant with its threshold tuned to our false alarms, and as it is shipped. */
interface Tuned {
  peer: Peer;
  threshold: number;
  shippedFalseAlarms: number;
}

/**
 * What the same counts make of other detectors: delays at their defaults, with the false alarms of these, and tuned to ours. Tuned means the best of all their variants and the threshold, for each base rate, dispersion
 * and change anew, on quiet services like those that we are measured on; nobody who operates one could do as well. Ours is as shipped, with a baseline learnt from five weeks.
 */
export function benchPeers(options: DetectionOptions, figures: Figures): void {
  console.log('\n## Delay beside other detectors');
  console.log(
    `\nTuned: at most ${PER_YEAR} false alarms a year (a day with alarms is one), the best variant of each for each cell; ratio: its median delay over ours.`,
  );
  const rates = options.full
    ? options.rates
    : options.rates.filter(({ name }) => QUICK.rates.includes(name) || options.rates.length < BASE_RATES.length);
  const behind: string[] = [];
  const dispersions =
    options.dispersion === null ? (options.full ? DISPERSIONS : QUICK.dispersions) : [options.dispersion];
  for (const rate of rates) for (const dispersion of dispersions) compare(rate, dispersion, options, figures, behind);
  console.log(
    `\nCells in which a tuned peer has the smaller median delay: ${behind.length === 0 ? 'none' : behind.join('; ')}.`,
  );
}

function compare(
  rate: BaseRate,
  dispersion: number,
  options: DetectionOptions,
  figures: Figures,
  behind: string[],
): void {
  const changes = options.full ? CHANGES : QUICK.changes;
  const ours = new Map(changes.map(ratio => [ratio, ourDelays(rate, dispersion, ratio, options)]));
  console.log(`\n### ${rate.name}, dispersion ${dispersion}`);
  console.log(
    head(
      'detector',
      'how',
      'false alarms a year',
      ...changes.map(ratio => `${ratio}x: median, p95 (missed)`),
      'ratios',
    ),
  );
  console.log(
    row(
      'closewatch',
      'learnt, as shipped',
      `budget ${PER_YEAR}`,
      ...changes.map(ratio => delayText(ours.get(ratio)!.delays)),
      '',
    ),
  );
  for (const family of PEERS) {
    const tuned = family.variants.map(peer => tune(peer, rate, dispersion, options, figures));
    const runs = changes.map(ratio =>
      tuned.map(one => peerDelays(family, one, rate, dispersion, ratio, ours.get(ratio)!.most, options)),
    );
    const shipped = runs.map(variants => variants[0]!.shipped);
    // Of the variants each change has its own best: the smallest median, then the fewest missed.
    const best = runs.map(
      variants =>
        variants.map(({ tuned: one }, place) => ({ delays: one, place })).sort((a, b) => order(a.delays, b.delays))[0]!,
    );
    const ratios = best.map(({ delays }, place) => delays.median / ours.get(changes[place]!)!.delays.median);
    const { configuration, threshold, thresholdIs, bin } = family.variants[0]!;
    console.log(
      row(
        family.name,
        `shipped: ${bin} s, ${configuration}, ${thresholdIs} ${threshold}`,
        tuned[0]!.shippedFalseAlarms.toFixed(1),
        ...shipped.map(delayText),
        '',
      ),
    );
    const chosen = [...new Set(best.map(({ place }) => place))].map(
      place =>
        `${family.variants[place]!.bin} s, ${family.variants[place]!.configuration}, ${tuned[place]!.threshold.toPrecision(3)}`,
    );
    console.log(
      row(
        '',
        `tuned: ${chosen.join(' / ')}`,
        PER_YEAR,
        ...best.map(({ delays }) => delayText(delays)),
        ratios.map(ratioText).join(' '),
      ),
    );
    for (const [place, ratio] of ratios.entries()) {
      const change = changes[place]!;
      figures('peers', {
        baseRate: rate.name,
        dispersion,
        change,
        detector: family.name,
        ours: ours.get(change)!.delays,
        shipped: { falseAlarms: tuned[0]!.shippedFalseAlarms, ...shipped[place] },
        tuned: { variant: chosen, ...best[place]!.delays },
      });
      if (ratio < 1)
        behind.push(`${family.name} at ${rate.name}, dispersion ${dispersion}, ${change}x (${ratioText(ratio)})`);
    }
  }
}

function tune(peer: Peer, rate: BaseRate, dispersion: number, options: DetectionOptions, figures: Figures): Tuned {
  // Seeds of the tuning and of the changes are apart.
  const random = seededRandom(options.seed + 1_000_000, 3);
  const kinds = DAYS.filter(({ name }) => options.tunedOn === 'all' || name === options.tunedOn);
  const years = options.years ?? (options.full ? FULL_YEARS : QUICK.years);
  const days = quietDays(peer, rate, dispersion, years, random, kinds);
  const curve = CURVE.map(factor => ({
    falseAlarms: PER_YEAR * factor,
    threshold: thresholdFor(days, PER_YEAR * factor),
  }));
  const shippedFalseAlarms = falseAlarmsAt(days, peer.threshold);
  figures('peers', {
    baseRate: rate.name,
    dispersion,
    tuningOf: peer.name,
    bin: peer.bin,
    configuration: peer.configuration,
    shippedFalseAlarms,
    curve,
  });
  return { peer, threshold: curve.at(-1)!.threshold, shippedFalseAlarms };
}

function peerDelays(
  { freshAtChange = false }: PeerFamily,
  { peer, threshold }: Tuned,
  rate: BaseRate,
  dispersion: number,
  ratio: number,
  most: number,
  options: DetectionOptions,
): { shipped: Delays; tuned: Delays } {
  const random = seededRandom(options.seed + 2_000_000, 4);
  const change = { rate, dispersion, ratio, most, fresh: freshAtChange };
  const runs = Array.from({ length: options.changes }, () =>
    delayOf(peer, change, [peer.threshold, threshold], random),
  );
  return { shipped: delaysOf(runs.map(([shipped]) => shipped!)), tuned: delaysOf(runs.map(([, tuned]) => tuned!)) };
}

function ourDelays(
  rate: BaseRate,
  dispersion: number,
  ratio: number,
  options: DetectionOptions,
): { delays: Delays; most: number } {
  const random = seededRandom(options.seed + 2_000_000, 5);
  const { perSecond } = rate;
  const oracle = new OracleCusum({ mean: perSecond, ratio, dispersion });
  const threshold = oracle.thresholdFor(YEAR / PER_YEAR, random);
  const most = Math.max(
    DAY,
    MISSED_AFTER *
      delaysOf(Array.from({ length: options.changes }, () => oracle.delay(random, threshold, 0).bins)).median,
  );
  const before = new CountSampler(perSecond, dispersion);
  const after = new CountSampler(perSecond * ratio, dispersion);
  const start = new OurStream(rateSettings({}), CONNECTIONS, 0);
  start.run(before, perSecond < 0.1 ? HISTORY : DENSE_HISTORY, random, () => {});
  const seconds = Array.from({ length: options.changes }, () => {
    // A day more for each, so that no two begin alike.
    const stream = start.clone();
    stream.run(before, perSecond < 0.1 ? DAY : 600, random, () => {});
    return stream.untilPage(after, most, random)?.bins ?? Number.POSITIVE_INFINITY;
  });
  return { delays: delaysOf(seconds), most };
}

function order(a: Delays, b: Delays): number {
  if (a.median !== b.median) return a.median < b.median ? -1 : 1;
  return a.missed - b.missed;
}

function delayText({ median, p95, missed }: Delays): string {
  return `${durationText(median)}, ${durationText(p95)} (${missed.toFixed(2)})`;
}
