import { describe, expect, it } from 'vitest';
import { OracleCusum } from './oracle-cusum.ts';
import { seededRandom } from './random.ts';

/** Bins until the CUSUM of the null passes the threshold, met directly. */
function falseAlarmAfter(oracle: OracleCusum, threshold: number, random: () => number): number {
  let cusum = 0;
  for (let bin = 1; ; bin++) {
    cusum = Math.max(0, cusum + oracle.logRatio(oracle.before.draw(random)));
    if (cusum >= threshold) return bin;
  }
}

describe('the oracle CUSUM', () => {
  for (const [mean, ratio, dispersion] of [
    [0.02, 10, 1],
    [0.5, 3, 2],
    [10, 1.5, 5],
  ] as const) {
    it(`has the mean time to a false alarm that its threshold was made for: mean ${mean}, ${ratio}x, dispersion ${dispersion}`, () => {
      const random = seededRandom(1);
      const oracle = new OracleCusum({ mean, ratio, dispersion });
      const threshold = oracle.thresholdFor(5_000, random, 20_000);
      expect(oracle.meanBinsAt(threshold, random, 20_000) / 5_000).toBeCloseTo(1, 0);
      const runs = Array.from({ length: 400 }, () => falseAlarmAfter(oracle, threshold, random));
      const got = runs.reduce((sum, bins) => sum + bins, 0) / runs.length;
      // Times to a false alarm are about exponential: four standard errors of 400 of them are a fifth. Counts are whole, so thresholds are met in steps.
      expect(got).toBeGreaterThan(5_000 * 0.75);
      expect(got).toBeLessThan(5_000 * 1.35);
    });
  }

  it('needs fewer events for a larger change', () => {
    const random = seededRandom(2);
    const eventsFor = (ratio: number) => {
      const oracle = new OracleCusum({ mean: 0.01, ratio, dispersion: 1 });
      const threshold = oracle.thresholdFor(1e7, random);
      const runs = Array.from({ length: 200 }, () => oracle.delay(random, threshold, 0).events);
      return runs.reduce((sum, events) => sum + events, 0) / runs.length;
    };
    expect(eventsFor(10)).toBeLessThan(eventsFor(3));
    expect(eventsFor(100)).toBeLessThan(eventsFor(10));
  });
});
