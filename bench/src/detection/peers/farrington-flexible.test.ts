import { describe, expect, it } from 'vitest';
import { deltaStatistic, farringtonFlexible, NOUFAILY, outbreakWeights, referenceBins } from './farrington-flexible.ts';
import { fitQuasiPoisson } from './quasi-poisson.ts';

const WEEK = 7 * 86_400;
const DEFAULTS = {
  bin: WEEK,
  frequency: 52,
  b: 5,
  w: 3,
  noPeriods: 1,
  pastNotIncluded: null,
  weightsThreshold: 2.58,
  pThresholdTrend: 0.05,
  limit54: [5, 4],
  thresholdMethod: 'delta',
} as const;

describe('Farrington flexible, against the tests of the R package surveillance', () => {
  it('weights outbreaks down: "a case that was checked by hand"', () => {
    expect(outbreakWeights([...new Array(5).fill(0), ...new Array(5).fill(2)], 0)).toEqual([
      ...new Array(5).fill(1.6),
      ...new Array(5).fill(0.4),
    ]);
    expect(outbreakWeights(new Array(10).fill(0), 0)).toEqual(new Array(10).fill(1));
  });

  it('has the p-value of its "2/3" example: 8 where 5 are expected, standard error 0.2, no overdispersion', () => {
    // test-farringtonFlexible.R: prob 0.1094727, whose normal quantile is 1.229323; upper bound 9.1154825 at alpha 0.05.
    expect(deltaStatistic(8, 5, 0.2 ** 2, 1)).toBeCloseTo(1.2293, 3);
    expect(deltaStatistic(9.1154825, 5, 0.2 ** 2, 1)).toBeCloseTo(1.644854, 5);
  });

  it('takes the windows around the same week of each year, and the blocks between them', () => {
    const windows = referenceBins(300, 5, DEFAULTS);
    expect(windows).toHaveLength(5 * 7);
    expect(windows.slice(0, 7).map(({ index }) => index)).toEqual([37, 38, 39, 40, 41, 42, 43]);
    const blocks = referenceBins(300, 5, { ...DEFAULTS, ...NOUFAILY });
    expect(Math.max(...blocks.map(({ index }) => index))).toBe(300 - 26 - 1);
    expect(new Set(blocks.map(({ block }) => block)).size).toBe(10);
    const lengths = Array.from({ length: 9 }, (_, block) => blocks.filter(one => one.block === block + 1).length);
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(5);
  });
});

describe('Farrington flexible as a whole', () => {
  const usual = Array.from({ length: 300 }, (_, week) => 4 + ((week * 7) % 5));
  const last = (counts: readonly number[], settings = {}) => {
    const step = farringtonFlexible({ bin: WEEK, frequency: 52, ...settings }).start();
    return counts.map(count => step(count, 0)).at(-1)!;
  };

  it('says little of a usual week and much of an outbreak, with either threshold', () => {
    for (const settings of [{}, NOUFAILY]) {
      expect(last([...usual, 6], settings)).toBeLessThan(1.645);
      expect(last([...usual, 30], settings)).toBeGreaterThan(4);
    }
  });

  it('is not misled by an outbreak a year ago: it is weighted down', () => {
    const outbreak = usual.map((count, week) => (week === 248 ? 40 : count));
    const [weighted, unweighted] = [last([...outbreak, 30]), last([...outbreak, 30], { weightsThreshold: 1e9 })];
    expect(weighted).toBeGreaterThan(unweighted);
  });

  it('raises none for fewer than five cases in four weeks, nor for no case', () => {
    const zeros = new Array<number>(300).fill(0);
    expect(last([...zeros, 4])).toBe(-Infinity);
    expect(last([...zeros, 5])).toBeGreaterThan(1.645);
    expect(last([...usual, 0])).toBe(-Infinity);
  });
});

describe('the quasi-Poisson regression', () => {
  it("fits Dobson's trial as R's example of glm does", () => {
    // ?glm: counts 18 17 15 20 10 20 25 13 12, outcome and treatment of three levels. Coefficients 3.045, -0.4543, -0.2930, 0, 0; quasi dispersion 1.2933.
    const counts = [18, 17, 15, 20, 10, 20, 25, 13, 12];
    const rows = counts.map((_, i) => [
      1,
      Number(i % 3 === 1),
      Number(i % 3 === 2),
      Number(Math.floor(i / 3) === 1),
      Number(Math.floor(i / 3) === 2),
    ]);
    const fit = fitQuasiPoisson(counts, rows)!;
    expect(fit.coefficients[0]).toBeCloseTo(3.044522, 5);
    expect(fit.coefficients[1]).toBeCloseTo(-0.4542553, 5);
    expect(fit.coefficients[2]).toBeCloseTo(-0.2929871, 5);
    expect(fit.coefficients[3]).toBeCloseTo(0, 6);
    expect(fit.dispersion).toBeCloseTo(5.1732 / 4, 3);
    // Standard errors of the Poisson fit: 0.1708987, 0.2021708.
    expect(Math.sqrt(fit.covariance[0]![0]!)).toBeCloseTo(0.1708987, 5);
    expect(Math.sqrt(fit.covariance[1]![1]!)).toBeCloseTo(0.2021708, 5);
    expect(fit.hat.reduce((sum, one) => sum + one, 0)).toBeCloseTo(5, 6);
  });

  it('is the mean for an intercept alone', () => {
    const fit = fitQuasiPoisson([1, 2, 6], [[1], [1], [1]])!;
    expect(Math.exp(fit.coefficients[0]!)).toBeCloseTo(3, 9);
    expect(fit.dispersion).toBeCloseTo((4 + 1 + 9) / 3 / 2, 9);
  });
});
