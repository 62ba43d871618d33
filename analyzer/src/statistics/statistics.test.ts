import { describe, expect, it } from 'vitest';
import { binomialTail } from './binomial-tail.ts';
import { gammaQuantile } from './gamma-quantile.ts';
import { GammaQuantiles } from './gamma-quantiles.ts';
import { logGamma } from './log-gamma.ts';
import { negativeBinomialLogRatio } from './negative-binomial-log-ratio.ts';
import { NegativeBinomialRatios } from './negative-binomial-ratios.ts';
import { negativeBinomialTail } from './negative-binomial-tail.ts';
import { normalQuantile } from './normal-quantile.ts';
import { regularizedBeta } from './regularized-beta.ts';
import { regularizedGamma } from './regularized-gamma.ts';

describe('log gamma', () => {
  it('agrees with Abramowitz and Stegun, table 6.1 and formula 6.1.8', () => {
    expect(logGamma(1.5)).toBeCloseTo(Math.log(0.88622_69255), 9);
    expect(logGamma(1.75)).toBeCloseTo(Math.log(0.91906_25268), 9);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
  });

  it('is the log of a factorial at whole numbers', () => {
    expect(logGamma(21)).toBeCloseTo(Math.log(2_432_902_008_176_640_000), 10);
  });

  it('names what it got where there is no logarithm', () => {
    expect(() => logGamma(0)).toThrow('expected a positive number, got 0');
  });
});

describe('the incomplete gamma function and its quantile', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4: a chi-squared with n degrees is Gamma(n/2, 1/2).
  const CHI_SQUARED = [
    { probability: 0.9, degrees: 1, value: 2.706 },
    { probability: 0.9, degrees: 2, value: 4.605 },
    { probability: 0.95, degrees: 10, value: 18.307 },
    { probability: 0.99, degrees: 30, value: 50.892 },
    { probability: 0.999, degrees: 100, value: 149.449 },
  ];
  for (const { probability, degrees, value } of CHI_SQUARED) {
    it(`has the tabled chi-squared of ${degrees} degrees at ${probability}`, () => {
      expect(gammaQuantile(probability, degrees / 2, 0.5)).toBeCloseTo(value, 3);
      expect(regularizedGamma(degrees / 2, value / 2)).toBeCloseTo(probability, 4);
    });
  }

  it('is the exponential quantile for shape 1, at any rate', () => {
    expect(gammaQuantile(0.9, 1, 4)).toBeCloseTo(Math.log(10) / 4, 12);
  });

  it('holds for the shapes that a baseline meets, from nothing seen to a million bugs', () => {
    for (const shape of [0.5, 1.5, 7.5, 1_000.5, 1_000_000.5])
      expect(regularizedGamma(shape, gammaQuantile(0.9, shape, 1))).toBeCloseTo(0.9, 9);
  });
});

describe('the table of gamma quantiles', () => {
  it('holds those of the shape rounded up by a thousandth at most', () => {
    const table = new GammaQuantiles(0.9);
    for (const shape of [0.5, 3.7, 80, 1e5]) {
      const ratio = table.of(shape) / gammaQuantile(0.9, shape, 1);
      expect(ratio).toBeGreaterThanOrEqual(1 - 1e-12);
      expect(ratio).toBeLessThan(1.0011);
      expect(table.of(shape * 1.000_001)).toBeGreaterThanOrEqual(table.of(shape));
    }
  });
});

describe('normal quantile', () => {
  it('has the tabled values', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232, 6);
  });
});

describe('the incomplete beta function and the tails made from it', () => {
  it('is a binomial sum at whole arguments', () => {
    expect(regularizedBeta(0.5, 2, 3)).toBeCloseTo(11 / 16, 14);
    expect(regularizedBeta(0.2, 1, 4)).toBeCloseTo(1 - 0.8 ** 4, 14);
  });

  it('gives the binomial tail: at least 8 of 10 fair coins', () => {
    expect(binomialTail(8, 10, 0.5)).toBeCloseTo(56 / 1024, 14);
    expect(binomialTail(11, 10, 0.5)).toBe(0);
    expect(binomialTail(0, 10, 0.5)).toBe(1);
  });

  it('gives the negative binomial tail: a geometric one, and the sum of its probabilities', () => {
    expect(negativeBinomialTail(3, 1, 2)).toBeCloseTo(1 / 8, 14);
    // r = 2, p = 1/3: P(0) = 1/9, P(1) = 2 * 1/9 * 2/3.
    expect(negativeBinomialTail(2, 4, 3)).toBeCloseTo(1 - 1 / 9 - 4 / 27, 14);
  });
});

describe('against scipy 1.x', () => {
  it('agrees where no table goes', () => {
    expect(logGamma(123.4)).toBeCloseTo(469.3360974421906, 9); // special.gammaln(123.4)
    expect(gammaQuantile(0.9, 0.5, 1)).toBeCloseTo(1.352771727047702, 10); // stats.gamma.ppf(.9, .5)
    expect(gammaQuantile(0.9, 12.5, 1)).toBeCloseTo(17.19079350877648, 9); // stats.gamma.ppf(.9, 12.5)
    expect(regularizedBeta(0.3, 2.5, 7)).toBeCloseTo(0.6412224629717214, 10); // special.betainc(2.5, 7, .3)
    expect(binomialTail(8, 20, 0.25)).toBeCloseTo(0.10181185692272265, 10); // stats.binom.sf(7, 20, .25)
    expect(negativeBinomialTail(10, 4, 2.5)).toBeCloseTo(0.06209808440264782, 10); // stats.nbinom.sf(9, 4/1.5, 1/2.5)
  });
});

describe('negative binomial log ratio', () => {
  it('is the ratio of two geometric probabilities by hand', () => {
    // Mean 1 and 2 at dispersion 2 are r = 1 and r = 2, p = 1/2: (4 * 1/2^5) / (1/2^4).
    expect(negativeBinomialLogRatio(3, 1, 2, 2)).toBeCloseTo(Math.log(2), 14);
  });

  it('lets one isolated event speak for nearly the whole ratio', () => {
    expect(negativeBinomialLogRatio(1, 1e-9, 1_000, 1.5)).toBeCloseTo(Math.log(1_000), 5);
  });

  it('is the same by products and by log gammas', () => {
    const byProduct = negativeBinomialLogRatio(32, 3, 5, 1.5);
    const onward = Math.log((5 * 6 + 32) / (6 + 32));
    expect(negativeBinomialLogRatio(33, 3, 5, 1.5)).toBeCloseTo(byProduct + onward, 10);
  });

  it('tends to the Poisson ratio as the dispersion tends to 1', () => {
    expect(negativeBinomialLogRatio(7, 2, 3, 1 + 1e-7)).toBeCloseTo(7 * Math.log(3) - 4, 5);
  });
});

describe('the table of negative binomial ratios', () => {
  const ratios = [1.5, 3, 100];
  const table = new NegativeBinomialRatios(ratios);

  it('rounds mean and dispersion up, by one hundredth at most', () => {
    for (const [mean, dispersion] of [
      [1e-7, 1.1],
      [0.3, 1.5],
      [800, 20],
    ] as const) {
      const row = table.row(mean, dispersion);
      expect(row.mean / mean).toBeGreaterThanOrEqual(1);
      expect(row.mean / mean).toBeLessThan(1.0101);
      expect((row.dispersion - 1) / (dispersion - 1)).toBeGreaterThanOrEqual(0.999_999);
      expect((row.dispersion - 1) / (dispersion - 1)).toBeLessThan(1.0101);
    }
  });

  it('holds what the formula gives, for counts in any order and beyond the table', () => {
    for (const [mean, counts] of [
      [0.01, [3, 0, 1, 40]],
      [700, [650, 2_000, 0, 5_000]],
    ] as const)
      for (const count of counts) {
        const row = table.row(mean, 2.3);
        const { logs, at } = table.logsOf(row, count);
        for (const [place, ratio] of ratios.entries()) {
          const formula = negativeBinomialLogRatio(count, row.mean, ratio, row.dispersion);
          expect(logs[at + place]! / formula).toBeCloseTo(1, 9);
          if (count === 0) expect(row.quiet[place]).toBeCloseTo(Math.exp(formula), 12);
        }
      }
  });
});
