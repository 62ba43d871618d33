import { backtest } from '@closewatch/analyzer';
import type { Figures } from './detection.ts';
import { type LabelledSeries, labelledSeries, type Tally, tallyOf } from './labelled-counts.ts';
import type { DetectionOptions } from './options.ts';
import { ears } from './peers/ears.ts';
import { farringtonFlexible, NOUFAILY } from './peers/farrington-flexible.ts';
import type { Peer } from './peers/peer.ts';
import { head, row } from './table.ts';

const WEEK = 7 * 86_400;
/** No least number of cases: Farrington's own rule for rare diseases, taken away. */
const ANY_CASES = [0, 4] as const;

/** As shipped first, then what its users tune. Where a history is too short for five years, Farrington goes back as far as it can. */
const FAMILIES: readonly (readonly Peer[])[] = [
  ...(['C1', 'C2', 'C3'] as const).map(method => [0, 0.5, 1].map(minSigma => ears({ method, bin: WEEK, minSigma }))),
  [
    farringtonFlexible({ bin: WEEK, frequency: 52 }),
    farringtonFlexible({ bin: WEEK, frequency: 52, limit54: ANY_CASES }),
    farringtonFlexible({ bin: WEEK, frequency: 52, ...NOUFAILY }),
    farringtonFlexible({ bin: WEEK, frequency: 52, ...NOUFAILY, limit54: ANY_CASES }),
  ],
];

/** Labelled weekly counts: outbreaks found, by `closewatch backtest` as it is and by others at any threshold that has no more false alarms. */
export async function benchCounts(_: DetectionOptions, figures: Figures): Promise<void> {
  const all = await labelledSeries();
  const ours = tallyOf(all.map(one => ({ flagged: flaggedByUs(one), outbreak: one.outbreak })));
  figures('counts', { detector: 'closewatch backtest', ...ours });
  console.log(`\n## Outbreaks in ${all.length} labelled weekly series (${all.map(({ name }) => name).join(', ')})`);
  console.log(head('detector', 'configuration', 'threshold', 'found', 'false alarms', 'false weeks'));
  console.log(
    row(
      'closewatch backtest',
      'as shipped',
      '',
      `${ours.found} of ${ours.outbreaks}`,
      ours.falseAlarms,
      ours.falseBins,
    ),
  );
  for (const peers of FAMILIES) {
    const shipped = peers[0]!;
    print(shipped, shipped.threshold, judge(shipped, all, shipped.threshold), 'shipped', figures);
    const tuned = best(peers, all, ours);
    print(tuned.peer, tuned.threshold, tuned.tally, 'tuned to at most our false alarms', figures);
  }
}

function print(peer: Peer, threshold: number, tally: Tally, how: string, figures: Figures): void {
  const { name, configuration, thresholdIs } = peer;
  figures('counts', { detector: name, configuration, how, threshold, ...tally });
  console.log(
    row(
      name,
      `${how}: ${configuration}`,
      `${threshold.toPrecision(3)} ${thresholdIs}`,
      tally.found,
      tally.falseAlarms,
      tally.falseBins,
    ),
  );
}

function flaggedByUs({ series }: LabelledSeries): boolean[] {
  const flagged = series.times.map(() => false);
  for (const { detectedAt, endedAt } of backtest(series)) {
    const from = Date.parse(detectedAt) / 1_000 - series.binSeconds;
    const to =
      endedAt === null ? Number.POSITIVE_INFINITY : Math.max(Date.parse(endedAt) / 1_000, from + series.binSeconds);
    for (const [bin, time] of series.times.entries()) if (time >= from && time < to) flagged[bin] = true;
  }
  return flagged;
}

function statisticsOf(peer: Peer, all: readonly LabelledSeries[]): number[][] {
  return all.map(({ series }) => {
    const step = peer.start();
    return series.counts.map(count => step(count, 0));
  });
}

function judge(
  peer: Peer,
  all: readonly LabelledSeries[],
  threshold: number,
  statistics = statisticsOf(peer, all),
): Tally {
  return tallyOf(
    all.map(({ outbreak }, at) => ({ outbreak, flagged: statistics[at]!.map(value => value > threshold) })),
  );
}

/** The threshold, of any that makes a difference, that finds most with no more false alarms and no more false weeks than ours; of those the fewest false alarms. */
function best(
  peers: readonly Peer[],
  all: readonly LabelledSeries[],
  ours: Tally,
): { peer: Peer; threshold: number; tally: Tally } {
  let winner: { peer: Peer; threshold: number; tally: Tally } | null = null;
  for (const peer of peers) {
    const statistics = statisticsOf(peer, all);
    const thresholds = [...new Set(statistics.flat().filter(Number.isFinite))];
    for (const threshold of thresholds) {
      const tally = judge(peer, all, threshold, statistics);
      if (tally.falseAlarms > ours.falseAlarms || tally.falseBins > ours.falseBins) continue;
      const better =
        !winner ||
        tally.found > winner.tally.found ||
        (tally.found === winner.tally.found && tally.falseAlarms < winner.tally.falseAlarms);
      if (better) winner = { peer, threshold, tally };
    }
  }
  return (
    winner ?? {
      peer: peers[0]!,
      threshold: Number.POSITIVE_INFINITY,
      tally: judge(peers[0]!, all, Number.POSITIVE_INFINITY),
    }
  );
}
