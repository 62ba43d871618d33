import type { CutFacts, Wave } from '../wave.ts';
import { type CutEvidence, cutEvidence, oddsOfProxy } from './classify-cut.ts';
import { closesOfWave } from './closes-of-wave.ts';
import type { LivingCut } from './living-cuts.ts';
import type { WaveContext } from './recognise-waves.ts';
import { mostFrequent } from './wave-of-ends.ts';

/** A like cut within this is the same trouble: the workers' timeout, or the next proxy of a row. */
const AGAIN_WITHIN = 10 * 60_000; // 10 min
/** It is over when nothing like it has followed for so long. */
const OVER_AFTER = 60_000; // 60 s
/** Like means that the shares differ by no more than this factor. */
const LIKE = 2;
/** The odds at which the kind is settled before its minute is over: 20 to 1. */
const SURE = 3;

/** Cuts, by their start, that are told of together: each like the one before and not long after it. */
export function likeCuts(cuts: readonly LivingCut[]): LivingCut[][] {
  const rows: LivingCut[][] = [];
  for (const cut of cuts) {
    const row = rows.findLast(known => isLike(known.at(-1)!, cut));
    if (row === undefined) rows.push([cut]);
    else row.push(cut);
  }
  return rows;
}

function isLike(before: LivingCut, cut: LivingCut): boolean {
  const ratio = shareOf(cut) / shareOf(before);
  return cut.startedAt <= before.lastCloseAt + AGAIN_WITHIN && ratio <= LIKE && ratio >= 1 / LIKE;
}

function shareOf({ signs }: LivingCut): number {
  return Math.min(1, signs.lost / Math.max(1, signs.open));
}

/** The wave that like cuts are: a proxy's reload or a network's drop, by the signs of all of them. */
export function waveOfCuts(cuts: readonly LivingCut[], context: WaveContext): Wave {
  const { service, environment, now } = context;
  const evidence = cuts.flatMap(({ signs }, index) => cutEvidence(signs, index));
  const odds = oddsOfProxy(evidence);
  const logs = cuts.flatMap(({ signs }) => signs.instances.map(({ log }) => log));
  const startedAt = cuts[0]!.startedAt;
  const lastCloseAt = cuts.at(-1)!.lastCloseAt;
  const over = now > lastCloseAt + OVER_AFTER;
  return {
    kind: odds >= 0 ? 'proxy_reload' : 'network_drop',
    service,
    environment,
    confirmed: over || Math.abs(odds) >= SURE,
    fromVersion: mostFrequent(cuts[0]!.signs.instances.map(({ log }) => log.version)),
    toVersion: null,
    instances: cuts.flatMap(instancesOf),
    startedAt,
    detectedAt: cuts[0]!.detectedAt,
    endedAt: over ? lastCloseAt : null,
    ...closesOfWave({ parts: cuts, logs, startedAt, lastCloseAt }, context),
    replacedAfter: null,
    inferred: 0,
    cut: factsOf(cuts, context),
    loops: [],
    marker: null,
    confidence: confidenceOf(evidence),
  };
}

function instancesOf({ signs, closes }: LivingCut): Wave['instances'] {
  const half = closes[Math.floor(closes.length / 2)]!.connection.closedAt;
  return signs.instances.map(({ log, open, lost, startedAt, lastCloseAt }) => ({
    instance: log.instance,
    version: log.version,
    startedAt,
    halfGoneAt: Math.min(Math.max(half, startedAt), lastCloseAt),
    lastCloseAt,
    openBefore: open,
    closed: lost,
  }));
}

function factsOf(cuts: readonly LivingCut[], { processes }: WaveContext): CutFacts {
  const first = cuts[0]!;
  const { instances, youngest, youngStayed, noCode, givenUp, spread, firstBack } = first.signs;
  const up = [...processes.all()].filter(log => log.levelAt(first.startedAt) > 0).length;
  const again = cuts.slice(1).map((cut, index) => (cut.startedAt - cuts[index]!.startedAt) / 1000);
  return {
    share: shareOf(first),
    instancesHit: instances.length,
    instancesUp: Math.max(up, instances.length),
    again,
    youngest,
    youngStayed,
    noCode,
    givenUp,
    spread,
    firstBack,
  };
}

/** The odds of the kind as a probability; the signs are graded, so it orders cuts and is no calibrated probability. */
function confidenceOf(evidence: readonly CutEvidence[]): number {
  const odds = Math.exp(Math.min(6, Math.abs(oddsOfProxy(evidence))));
  return Math.round((odds / (1 + odds)) * 1000) / 1000;
}
