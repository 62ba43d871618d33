import { describe, expect, it } from 'vitest';
import { CountSampler } from '../simulation/count-sampler.ts';
import { seededRandom } from '../simulation/random.ts';
import { focusSteps } from './poisson-focus.ts';

/** Every beginning and, of its likeliest ratio from `least` on, the log likelihood ratio: what FOCuS computes without trying them all. */
function byForce(counts: readonly number[], mean: number, least: number): number {
  let best = 0;
  let [count, expected] = [0, 0];
  for (const one of [...counts].reverse()) {
    count += one;
    expected += mean;
    const ratio = Math.max(least, count / expected);
    best = Math.max(best, count * Math.log(ratio) - expected * (ratio - 1));
  }
  return best;
}

describe('Poisson-FOCuS', () => {
  for (const least of [1, 1.5])
    for (const mean of [0.05, 1, 20]) {
      it(`finds the likeliest rise by ${least} or more at a mean of ${mean}, as trying all beginnings does`, () => {
        const random = seededRandom(mean * 100 + least);
        const usual = new CountSampler(mean, 1);
        const risen = new CountSampler(2 * mean, 1);
        const step = focusSteps(least);
        const counts: number[] = [];
        for (let bin = 0; bin < 400; bin++) {
          counts.push((bin > 300 ? risen : usual).draw(random));
          expect(step(counts.at(-1)!, mean)).toBeCloseTo(byForce(counts, mean, least), 8);
        }
      });
    }

  it('is x log(x / mean) - (x - mean) for one bin, by hand from section 2 of the paper', () => {
    expect(focusSteps(1)(5, 2)).toBeCloseTo(5 * Math.log(2.5) - 3, 12);
    expect(focusSteps(1)(1, 2)).toBe(0);
  });
});
