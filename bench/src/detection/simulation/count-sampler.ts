import { logGamma } from '@closewatch/analyzer/statistics/log-gamma';
import type { Random } from './random.ts';

/** Counts above the mean that are less probable than this are not drawn: fewer than one in a hundred years of seconds. */
const TAIL = 1e-15;
/** Entries of the guide that says where to begin the search of the table. */
const GUIDE = 2_048;

/**
 * Draws counts of one distribution: Poisson at dispersion 1, else the negative binomial of this mean and this variance over mean
 * (size mean / (dispersion - 1)). By inversion of a table, so that a draw costs one uniform number and about one comparison.
 */
export class CountSampler {
  readonly mean: number;
  /** Probability of a count of 0. */
  readonly none: number;
  private readonly cumulative: Float64Array;
  private readonly guide: Int32Array;

  constructor(mean: number, dispersion: number) {
    this.mean = mean;
    const cumulative: number[] = [];
    let total = 0;
    for (let count = 0; ; count++) {
      const probability = Math.exp(logProbability(count, mean, dispersion));
      total += probability;
      cumulative.push(total);
      if (count > mean && probability < TAIL) break;
    }
    this.none = cumulative[0]!;
    this.cumulative = Float64Array.from(cumulative);
    this.guide = new Int32Array(GUIDE);
    for (let slot = 0, count = 0; slot < GUIDE; slot++) {
      while (count < cumulative.length - 1 && cumulative[count]! < slot / GUIDE) count++;
      this.guide[slot] = count;
    }
  }

  draw(random: Random): number {
    return this.countAt(random());
  }

  /** A count that is not 0. */
  drawSome(random: Random): number {
    return Math.max(1, this.countAt(this.none + (1 - this.none) * random()));
  }

  /** How many bins without a count come before the next one with some. */
  drawGap(random: Random): number {
    return this.none === 0 ? 0 : Math.floor(Math.log(1 - random()) / Math.log(this.none));
  }

  private countAt(uniform: number): number {
    const { cumulative } = this;
    let count = this.guide[Math.floor(uniform * GUIDE)]!;
    while (count < cumulative.length - 1 && cumulative[count]! <= uniform) count++;
    return count;
  }
}

function logProbability(count: number, mean: number, dispersion: number): number {
  if (dispersion <= 1) return count * Math.log(mean) - mean - logGamma(count + 1);
  const size = mean / (dispersion - 1);
  const choose = logGamma(count + size) - logGamma(size) - logGamma(count + 1);
  return choose - size * Math.log(dispersion) + count * Math.log(1 - 1 / dispersion);
}
