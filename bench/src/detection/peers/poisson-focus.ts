import type { Peer, PeerStep } from './peer.ts';
import { Ring } from './ring.ts';

/** A possible beginning of the change: what came and what was expected since. */
interface Curve {
  count: number;
  mean: number;
}

/** Settings of Poisson-FOCuS. */
export interface FocusSettings {
  /** Seconds. */
  bin: number;
  /** Least ratio of the change that is looked for; 1 is any. */
  least?: number;
  /** The mean of a bin where it is known; else the mean of the history before. */
  knownMean?: number;
  /** Seconds of the history that the mean is taken over, and between its end and now. */
  history?: number;
  gap?: number;
}

/** "5 sigma", as gamma-ray bursts are triggered on. */
const SHIPPED_SIGMA = 5;
const DAY = 86_400;

/**
 * Poisson-FOCuS: the likelihood ratio of a rise of any size that began at any time, exactly, in nearly constant time a bin. Ward, Dilleen, Eckley, Fearnhead 2023,
 * https://arxiv.org/abs/2208.01494. The statistic is sqrt(2 log ratio), "sigma".
 */
export function poissonFocus({ bin, least = 1, knownMean, history = 14 * DAY, gap = 900 }: FocusSettings): Peer {
  const bins = Math.round(history / bin);
  return {
    name: 'Poisson-FOCuS',
    source: 'Ward, Dilleen, Eckley, Fearnhead 2023',
    configuration: `least ratio ${least}, ${knownMean === undefined ? `mean of ${history / DAY} days, ${gap} s before` : 'mean known'}`,
    bin,
    threshold: SHIPPED_SIGMA,
    thresholdIs: 'sigma',
    warmUp: knownMean === undefined ? bins + Math.ceil(gap / bin) : 0,
    start: () => (knownMean === undefined ? learning(bins, Math.ceil(gap / bin), least) : known(knownMean, least)),
  };
}

function known(mean: number, least: number): PeerStep {
  const rise = focusSteps(least);
  return count => Math.sqrt(2 * rise(count, mean));
}

/** Mean of the trailing history, by Laplace's rule half an event more, so that it is never zero. */
function learning(bins: number, gap: number, least: number): PeerStep {
  const rise = focusSteps(least);
  const waiting = new Ring(Math.max(1, gap));
  const past = new Ring(bins);
  let seen = 0;
  return count => {
    const statistic = past.full ? Math.sqrt(2 * rise(count, (past.sum + 0.5) / bins)) : -Infinity;
    const ripe = waiting.push(count);
    if (seen++ >= gap) past.push(gap === 0 ? count : ripe);
    return statistic;
  };
}

/**
 * The log likelihood ratio of the likeliest rise by at least `least`, after each bin. Of all beginnings those are kept that can still win: between them the ratio of what came to what
 * was expected rises towards now (the convex hull of the walk), so there are about log(bins) of them.
 */
export function focusSteps(least: number): (count: number, mean: number) => number {
  const beginnings: Curve[] = []; // sums up to each beginning
  const now: Curve = { count: 0, mean: 0 };
  // Where `least` itself explains what lies between two beginnings as well as no change does.
  const leastUseful = least > 1 ? (least - 1) / Math.log(least) : 1;
  return (count, mean) => {
    if (beginnings.length === 0) now.count = now.mean = 0;
    beginnings.push({ ...now });
    now.count += count;
    now.mean += mean;
    // What lies between the last two beginnings rises at least as high as what came since: the older one explains it all, and better.
    while (beginnings.length > 1 && rises(beginnings.at(-2)!, beginnings.at(-1)!, now)) beginnings.pop();
    // From the oldest beginning to the next one nothing rises: the next one explains as much without it.
    while (beginnings.length > 0 && !isUseful(beginnings[0]!, beginnings[1] ?? now, leastUseful)) beginnings.shift();
    let best = 0;
    for (const beginning of beginnings) best = Math.max(best, logRatio(beginning, now, least));
    return best;
  };
}

function rises(older: Curve, newer: Curve, now: Curve): boolean {
  return (newer.count - older.count) * (now.mean - newer.mean) >= (now.count - newer.count) * (newer.mean - older.mean);
}

function isUseful(from: Curve, to: Curve, leastUseful: number): boolean {
  return to.count - from.count > leastUseful * (to.mean - from.mean);
}

function logRatio(from: Curve, to: Curve, least: number): number {
  const [count, mean] = [to.count - from.count, to.mean - from.mean];
  const ratio = Math.max(least, count / mean);
  return count * Math.log(ratio) - mean * (ratio - 1);
}
