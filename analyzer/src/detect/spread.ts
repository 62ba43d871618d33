import type { Exposure } from './exposure.ts';

/** How counts spread around what is expected of them: at once (dispersion), and over hours (drift). */
export interface Spread {
  /** Pearson's statistic over blocks, and their number. */
  pearson: number;
  blocks: number;
  /** Squared differences of neighbouring blocks, what came in them, and the number of such pairs. */
  squares: number;
  counted: number;
  pairs: number;
  /** The block under way, and the one before it. */
  block: Block;
  neighbour: Block | null;
  /** What hours went off what was expected beyond chance, squared, and squares of what was expected. */
  drift: number;
  driftWeight: number;
  hour: Block;
}

/** What came in some time, of how much exposure (times the season's factor), what was expected then, and how doubtful that was. */
interface Block {
  sick: number;
  exposure: Exposure;
  mean: number;
  /** The mean's own relative variance, times the mean. */
  doubt: number;
  seconds: number;
}

/** What is known of the rates: of each class of exposure the mean, and how many events it was learnt from. */
export interface KnownRates {
  young: { rate: number; events: number };
  old: { rate: number; events: number };
}

const DISPERSION_PRIOR = 2;
/** Weight of the prior dispersion, in blocks. */
const DISPERSION_PRIOR_BLOCKS = 10;
/** In standard errors. */
const DISPERSION_DOUBT = 1;
const DISPERSION_LEAST = 1.1;
const DISPERSION_MOST = 20;
/** From so many pairs of blocks on their differences alone say how dispersed counts are. */
const PAIRS_KNOWN = 100;
/** A block is full at this expected count, or after a day. */
const BLOCK_MEAN = 5;
const BLOCK_SECONDS = 86_400;
const HOUR = 3_600; // seconds
/** The standard deviation of an hour's rate around what is expected of it: what is taken for it until known, and the weight of that in squared events. */
export const DRIFT_PRIOR = 0.1;
const DRIFT_PRIOR_WEIGHT = 20 ** 2;
const DRIFT_LEAST = 0.05;
const DRIFT_MOST = 0.4;
/** Differences and drift are looked for once so many events are learnt. */
const KNOWN_FROM = 20;

export function freshSpread(): Spread {
  const sums = { pearson: 0, blocks: 0, squares: 0, counted: 0, pairs: 0, drift: 0, driftWeight: 0 };
  return { ...sums, block: emptyBlock(), neighbour: null, hour: emptyBlock() };
}

export function cloneSpread(spread: Spread): Spread {
  return { ...spread, block: cloneBlock(spread.block), hour: cloneBlock(spread.hour) };
}

/** Forgets all but this share of what was seen. */
export function forgetSpread(spread: Spread, kept: number): void {
  spread.pearson *= kept;
  spread.blocks *= kept;
  spread.squares *= kept;
  spread.counted *= kept;
  spread.pairs *= kept;
  spread.drift *= kept;
  spread.driftWeight *= kept;
}

/** Adds what came in some seconds to the block and the hour under way, and judges those that are full, by the rates as they are known. */
export function learnSpread(
  spread: Spread,
  sick: number,
  exposure: Exposure,
  seconds: number,
  rates: KnownRates,
): void {
  const [young, old] = [rates.young.rate * exposure.young, rates.old.rate * exposure.old];
  for (const one of [spread.block, spread.hour]) {
    one.sick += sick;
    one.exposure.young += exposure.young;
    one.exposure.old += exposure.old;
    one.mean += young + old;
    one.doubt += young / rates.young.events + old / rates.old.events;
    one.seconds += seconds;
  }
  const { block, hour } = spread;
  if (block.mean >= BLOCK_MEAN || (block.seconds >= BLOCK_SECONDS && block.mean > 0)) {
    judgeDispersion(spread, block, rates);
    spread.block = emptyBlock();
  }
  // What was expected by a rate that was hardly known says nothing of drift.
  if (isKnown(rates) && hour.seconds < HOUR) return;
  if (isKnown(rates)) judgeDrift(spread, hour);
  spread.hour = emptyBlock();
}

/**
 * Variance over mean of the counts, taken some standard errors high while few blocks are known: where it is understated,
 * one clump of bugs looks like a change. It is that of neighbouring blocks against each other: against what was expected,
 * an hour of the week that is not learnt yet would look like dispersion, and an overstated one is not safe either: where
 * (ratio - 1) r < 1, counts below the null are evidence. Only while pairs are few it is Pearson's, which holds that the mean
 * may be wrong as well.
 */
export function dispersionOf({ pearson, blocks, squares, counted, pairs }: Spread): number {
  const weight = DISPERSION_PRIOR_BLOCKS + blocks;
  const known = Math.min(1, pairs / PAIRS_KNOWN);
  const differences = counted > 0 ? (squares / counted) * blocks : 0;
  const seen = known * differences + (1 - known) * pearson;
  const shrunk = (DISPERSION_PRIOR * DISPERSION_PRIOR_BLOCKS + seen) / weight;
  // The statistic of a block is about chi-squared with one degree of freedom: its variance is 2.
  const doubt = 1 + DISPERSION_DOUBT * Math.sqrt(2 / weight);
  return Math.min(Math.max(shrunk * doubt, DISPERSION_LEAST), DISPERSION_MOST);
}

/** The standard deviation of an hour's rate around what is expected, beyond chance: drift, and seasons that are not known. */
export function driftOf({ drift, driftWeight }: Spread): number {
  const seen = (DRIFT_PRIOR ** 2 * DRIFT_PRIOR_WEIGHT + drift) / (DRIFT_PRIOR_WEIGHT + driftWeight);
  return Math.min(Math.sqrt(Math.max(DRIFT_LEAST ** 2, seen)), DRIFT_MOST);
}

/**
 * Two neighbouring blocks of means a and b, by the rates as they are known now: (x b - y a)^2 / (a b) has the expectation
 * dispersion * (x + y), whatever their common level is. Sums are divided, not each pair, so that pairs count by what is in
 * them: right for rare clumps too.
 */
function judgeDispersion(spread: Spread, block: Block, rates: KnownRates): void {
  const before = spread.neighbour;
  spread.neighbour = block;
  // A block of much less than one event says little, and says it loudly when one comes: it counts for as much as it holds.
  const weight = Math.min(1, block.mean);
  spread.pearson += (weight * (block.sick - block.mean) ** 2) / (block.mean * (1 + block.doubt));
  spread.blocks += weight;
  if (!before || !isKnown(rates) || before.sick + block.sick === 0) return;
  const [one, other] = [meanOf(before, rates), meanOf(block, rates)];
  spread.squares += (before.sick * other - block.sick * one) ** 2 / (one * other);
  spread.counted += before.sick + block.sick;
  spread.pairs += 1;
}

/** (x - mean)^2 less what chance and the doubt of the mean explain; weighted by the mean squared, so quiet hours say little. */
function judgeDrift(spread: Spread, { sick, mean, doubt }: Block): void {
  spread.drift += (sick - mean) ** 2 - dispersionOf(spread) * mean * (1 + doubt);
  spread.driftWeight += mean ** 2;
}

function meanOf({ exposure }: Block, { young, old }: KnownRates): number {
  return young.rate * exposure.young + old.rate * exposure.old;
}

/** Whether the rates are known well enough to say what differs from them. */
function isKnown({ young, old }: KnownRates): boolean {
  return young.events + old.events > KNOWN_FROM;
}

function emptyBlock(): Block {
  return { sick: 0, exposure: { young: 0, old: 0 }, mean: 0, doubt: 0, seconds: 0 };
}

function cloneBlock(block: Block): Block {
  return { ...block, exposure: { ...block.exposure } };
}
