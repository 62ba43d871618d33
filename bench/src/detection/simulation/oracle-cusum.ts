import { negativeBinomialLogRatio } from '@closewatch/analyzer/statistics/negative-binomial-log-ratio';
import { CountSampler } from './count-sampler.ts';
import type { Random } from './random.ts';

/** The change that the oracle is told. Counts of a bin have this mean before it, `ratio` times as much after it, and the same variance over mean. */
export interface KnownChange {
  mean: number;
  ratio: number;
  dispersion: number;
}

/**
 * Page's CUSUM of the true likelihood ratio: no detector with this mean time to a false alarm finds the change sooner in the worst case (Lorden 1971, Moustakides 1986).
 * https://doi.org/10.1214/aos/1176350164
 */
export class OracleCusum {
  readonly change: KnownChange;
  readonly before: CountSampler;
  readonly after: CountSampler;
  /** Log likelihood ratio of a bin without a count, below 0. */
  readonly silence: number;
  private readonly ratios: number[] = [];

  constructor(change: KnownChange) {
    this.change = change;
    this.before = new CountSampler(change.mean, change.dispersion);
    this.after = new CountSampler(change.mean * change.ratio, change.dispersion);
    this.silence = this.logRatio(0);
  }

  logRatio(count: number): number {
    const { mean, ratio, dispersion } = this.change;
    if (dispersion <= 1) return count * Math.log(ratio) - mean * (ratio - 1);
    this.ratios[count] ??= negativeBinomialLogRatio(count, mean, ratio, dispersion);
    return this.ratios[count]!;
  }

  /** Where the CUSUM stands after some null bins: what it is when a change comes. */
  settle(random: Random, bins: number): number {
    let cusum = 0;
    for (let done = this.before.drawGap(random); done < bins; ) {
      cusum = Math.max(0, cusum + this.logRatio(this.before.drawSome(random)));
      const gap = this.before.drawGap(random);
      cusum = Math.max(0, cusum + gap * this.silence);
      done += gap + 1;
    }
    return cusum;
  }

  /** Bins from the change to the alarm, and events in them. */
  delay(random: Random, threshold: number, cusum: number): { bins: number; events: number } {
    let [bins, events] = [0, 0];
    for (;;) {
      const gap = this.after.drawGap(random);
      const count = this.after.drawSome(random);
      cusum = Math.max(0, cusum + gap * this.silence) + this.logRatio(count);
      bins += gap + 1;
      events += count;
      if (cusum >= threshold) return { bins, events };
      cusum = Math.max(0, cusum);
    }
  }

  /**
   * The threshold with a mean time to a false alarm of so many bins. The probability of an excursion from 0 past the threshold is far too small to be met, so it is taken under the change, each
   * path weighted by exp(-CUSUM) (Siegmund 1985, "Sequential Analysis", chapter II): mean time = mean length of an excursion / probability that it passes.
   */
  thresholdFor(meanBins: number, random: Random, paths = 2_000): number {
    const length = this.excursionLength(random, paths);
    let threshold = Math.log(meanBins);
    for (let round = 0; round < 4; round++) {
      const passing = this.passingProbability(threshold, random, paths);
      threshold += Math.log((meanBins * passing) / length);
    }
    return Math.max(threshold, 1e-9);
  }

  /** Mean time to a false alarm at a threshold, in bins. */
  meanBinsAt(threshold: number, random: Random, paths = 2_000): number {
    return this.excursionLength(random, paths) / this.passingProbability(threshold, random, paths);
  }

  /** The probability that a bin at 0 begins an excursion that passes the threshold. */
  private passingProbability(threshold: number, random: Random, paths: number): number {
    const { after } = this;
    let sum = 0;
    for (let path = 0; path < paths; path++) {
      // An excursion begins with a count.
      let cusum = this.logRatio(after.drawSome(random));
      while (cusum > 0 && cusum < threshold) {
        cusum += after.drawGap(random) * this.silence;
        if (cusum > 0) cusum += this.logRatio(after.drawSome(random));
      }
      if (cusum >= threshold) sum += Math.exp(-cusum);
    }
    return ((1 - after.none) * Math.max(sum, Number.MIN_VALUE)) / paths;
  }

  /** Mean number of bins of an excursion of the null from 0 back to 0; a bin that stays at 0 is one of length 1. */
  private excursionLength(random: Random, paths: number): number {
    const { before } = this;
    let bins = 0;
    for (let path = 0; path < paths; path++) {
      // Excursions begin with a count; how many silent bins come before it is known on average.
      let cusum = this.logRatio(before.drawSome(random));
      bins += 1;
      while (cusum > 0) {
        const gap = before.drawGap(random);
        const left = Math.ceil(cusum / -this.silence);
        bins += Math.min(gap, left);
        cusum += gap * this.silence;
        if (cusum <= 0) break;
        cusum += this.logRatio(before.drawSome(random));
        bins += 1;
      }
    }
    return before.none + (1 - before.none) * (bins / paths);
  }
}
