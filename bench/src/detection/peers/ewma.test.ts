import { describe, expect, it } from 'vitest';
import { ewma, ewmaChart } from './ewma.ts';

describe('the EWMA chart', () => {
  it("is that of NIST's example: lambda 0.3, target 50, s 2.0539, 20 measurements", () => {
    // https://www.itl.nist.gov/div898/handbook/pmc/section3/pmc324.htm
    const data = [
      52, 47, 53, 49.3, 50.1, 47, 51, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1,
    ];
    const expected = [
      50.6, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38, 49.92,
      50.73, 51.23, 51.94, 51.99,
    ];
    const spread = 2.0539 * Math.sqrt(0.3 / 1.7);
    expect(3 * spread).toBeCloseTo(52.5884 - 50, 3);
    const chart = ewmaChart(0.3, 50, 2.0539);
    for (const [at, value] of data.entries())
      expect(Math.abs(50 + chart(value) * spread - expected[at]!)).toBeLessThan(0.006);
  });

  it('takes mean and deviation from the history before the bin', () => {
    const step = ewma({ bin: 60, history: 240, lambda: 1 }).start();
    const got = [1, 3, 1, 3, 5].map(count => step(count, 0));
    expect(got.slice(0, 4)).toEqual(new Array(4).fill(-Infinity));
    expect(got[4]).toBeCloseTo((5 - 2) / 1, 12);
  });
});
