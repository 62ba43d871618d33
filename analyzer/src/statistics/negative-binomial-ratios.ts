import { negativeBinomialLogRatio } from './negative-binomial-log-ratio.ts';

/** Means and dispersions are rounded up to powers of this: 1 % at most, and never to what would make a change likelier. */
const STEP = Math.log(1.01);
/** Counts up to here are tabled; the few beyond are worked out each time. */
const TABLED_COUNT = 4_096;
/** Numbers held by all rows together, 32 MiB; past it the table begins anew. */
const MOST_NUMBERS = 4 * 1024 * 1024;
/** What is added to a row at least when it grows, in counts. */
const GROWTH = 4;
/** Poisson counts have a dispersion of 1, where the negative binomial has none of its own: so close to it they are the same. */
const LEAST_DISPERSION = 1 + 1e-4;

/** The ratios of one mean and dispersion, by count. */
export interface RatioRow {
  /** As rounded. */
  readonly mean: number;
  readonly dispersion: number;
  /** For each ratio, minus the log likelihood ratio of a count of 0, and the likelihood ratio itself. */
  readonly silence: Float64Array;
  readonly quiet: Float64Array;
  /** Log likelihood ratios by count, all ratios of one count beside each other; the first `counts` counts are there. */
  logs: Float64Array;
  counts: number;
}

/**
 * Likelihood ratios between negative binomials of means `ratio * mean` and `mean`, for some ratios at once, looked up
 * instead of worked out: see `negativeBinomialLogRatio`. Mean and dispersion are rounded up on a grid of 1 %. A row is
 * filled as far as counts came: log LR(x + 1) = log LR(x) + log((ratio r + x) / (r + x)). It only remembers: what it
 * returns does not depend on what it was asked before.
 *
 * @example new NegativeBinomialRatios([2]).logsOf(row, 3)
 */
export class NegativeBinomialRatios {
  readonly ratios: readonly number[];
  private readonly rows = new Map<number, RatioRow>();
  private readonly beyond: Float64Array;
  private numbers = 0;

  constructor(ratios: readonly number[]) {
    this.ratios = ratios;
    this.beyond = new Float64Array(ratios.length);
  }

  row(mean: number, dispersion: number): RatioRow {
    const meanPlace = Math.ceil(Math.log(mean) / STEP - 1e-9);
    const dispersionPlace = Math.ceil(Math.log(Math.max(dispersion, LEAST_DISPERSION) - 1) / STEP - 1e-9);
    const key = meanPlace * 65_536 + dispersionPlace;
    let row = this.rows.get(key);
    if (!row) {
      row = this.emptyRow(Math.exp(meanPlace * STEP), 1 + Math.exp(dispersionPlace * STEP));
      this.rows.set(key, row);
    }
    return row;
  }

  /** Log likelihood ratios of a count; those of the ratios lie at `at` and after it. Valid until the next call. */
  logsOf(row: RatioRow, count: number): { logs: Float64Array; at: number } {
    if (count < row.counts) return { logs: row.logs, at: count * this.ratios.length };
    if (count <= TABLED_COUNT) {
      this.fill(row, count);
      return { logs: row.logs, at: count * this.ratios.length };
    }
    for (const [place, ratio] of this.ratios.entries())
      this.beyond[place] = negativeBinomialLogRatio(count, row.mean, ratio, row.dispersion);
    return { logs: this.beyond, at: 0 };
  }

  private emptyRow(mean: number, dispersion: number): RatioRow {
    const width = this.ratios.length;
    this.take(3 * width);
    const scale = (mean * Math.log(dispersion)) / (dispersion - 1);
    const silence = Float64Array.from(this.ratios, ratio => (ratio - 1) * scale);
    return {
      mean,
      dispersion,
      silence,
      quiet: silence.map(log => Math.exp(-log)),
      logs: silence.map(log => -log),
      counts: 1,
    };
  }

  private fill(row: RatioRow, count: number): void {
    const width = this.ratios.length;
    if ((count + 1) * width > row.logs.length) {
      const grown = new Float64Array(Math.max(count + GROWTH, Math.ceil(row.counts * 1.5)) * width);
      grown.set(row.logs);
      this.take(grown.length - row.logs.length);
      row.logs = grown;
    }
    const r = row.mean / (row.dispersion - 1);
    for (; row.counts <= count; row.counts++) {
      const before = row.counts - 1;
      for (const [place, ratio] of this.ratios.entries())
        row.logs[row.counts * width + place] =
          row.logs[before * width + place]! + Math.log((ratio * r + before) / (r + before));
    }
  }

  private take(numbers: number): void {
    this.numbers += numbers;
    if (this.numbers <= MOST_NUMBERS) return;
    this.rows.clear();
    this.numbers = 0;
  }
}
