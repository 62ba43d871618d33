import { describe, expect, it } from 'vitest';
import { CountSampler } from './count-sampler.ts';
import { seededRandom } from './random.ts';

const DRAWS = 400_000;

function moments(draw: () => number) {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < DRAWS; i++) {
    const value = draw();
    sum += value;
    squares += value * value;
  }
  const mean = sum / DRAWS;
  return { mean, dispersion: (squares / DRAWS - mean * mean) / mean };
}

describe('a sampler of counts', () => {
  for (const [mean, dispersion] of [
    [0.01, 1],
    [0.5, 5],
    [16.7, 1],
    [16.7, 2],
    [100, 5],
    [1_670, 2],
  ] as const) {
    it(`has the mean ${mean} and the dispersion ${dispersion} that it was asked for`, () => {
      const sampler = new CountSampler(mean, dispersion);
      const random = seededRandom(1);
      const got = moments(() => sampler.draw(random));
      // Four standard errors; a variance of counts this wide is known to about a hundredth.
      expect(Math.abs(got.mean / mean - 1)).toBeLessThan(4 * Math.sqrt(dispersion / mean / DRAWS));
      expect(Math.abs(got.dispersion / dispersion - 1)).toBeLessThan(0.03);
    });
  }

  it('draws the same by gaps and counts that are not 0', () => {
    const sampler = new CountSampler(0.01, 2);
    const random = seededRandom(2);
    let [bins, events] = [0, 0];
    while (bins < 10_000_000) {
      bins += sampler.drawGap(random) + 1;
      events += sampler.drawSome(random);
    }
    expect(events / bins).toBeCloseTo(0.01, 3);
    expect(Math.exp(-0.01 * Math.log(2))).toBeCloseTo(sampler.none, 12);
  });

  it('gives the same numbers for the same seed, and others for another', () => {
    const three = (seed: number) => {
      const random = seededRandom(seed);
      return [random(), random(), random()];
    };
    expect(three(7)).toEqual(three(7));
    expect(three(7)).not.toEqual(three(8));
  });
});
