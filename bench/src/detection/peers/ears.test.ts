import { describe, expect, it } from 'vitest';
import { ears } from './ears.ts';

const statistics = (method: 'C1' | 'C2' | 'C3', counts: readonly number[], minSigma = 0) => {
  const step = ears({ method, bin: 86_400, minSigma }).start();
  return counts.map(count => step(count, 0));
};

/** Mean 3, standard deviation 2 (squares of the differences 1 4 1 0 9 9 0 add up to 24 = 6 * 2^2). */
const SEVEN = [2, 5, 4, 3, 6, 0, 1 + 2];

describe('EARS, by hand from Fricker, Hegler, Dunfee 2008', () => {
  it('C1 is the count against the seven bins before it', () => {
    const got = statistics('C1', [...SEVEN, 10]);
    expect(got.slice(0, 7)).toEqual(new Array(7).fill(-Infinity));
    expect(got[7]).toBeCloseTo((10 - 23 / 7) / Math.sqrt((4 + 25 + 16 + 9 + 36 + 0 + 9 - 23 ** 2 / 7) / 6), 12);
  });

  it('C2 leaves the last two bins out of its baseline', () => {
    const [c1, c2] = [statistics('C1', [...SEVEN, 10]), statistics('C2', [...SEVEN, 40, 40, 10])];
    expect(c2[9]).toBeCloseTo(c1[7]!, 12);
    expect(c2[8]).toBe(-Infinity);
  });

  it("C3 adds up C2's excess over 1 of three bins", () => {
    const counts = [...SEVEN, 4, 3, 9, 8, 7];
    const c2 = statistics('C2', counts);
    const excess = (bin: number) => Math.max(0, c2[bin]! - 1);
    expect(statistics('C3', counts)[11]).toBeCloseTo(excess(11) + excess(10) + excess(9), 12);
    expect(excess(9)).toBeGreaterThan(0);
  });

  it('raises an alarm above a baseline that never varied, and none at it; minSigma tempers that', () => {
    const zeros = new Array<number>(7).fill(0);
    expect(statistics('C1', [...zeros, 1])[7]).toBe(Number.POSITIVE_INFINITY);
    expect(statistics('C1', [...zeros, 0])[7]).toBe(-Infinity);
    expect(statistics('C1', [...zeros, 1], 0.5)[7]).toBe(2);
  });
});
