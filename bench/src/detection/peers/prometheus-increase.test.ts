import { describe, expect, it } from 'vitest';
import { increase, prometheusIncrease } from './prometheus-increase.ts';

describe('increase', () => {
  it('extrapolates to the ends of the range where samples are near them, by hand from extrapolatedRate', () => {
    // Samples every 15 s from 5 to 20; the range is 3 to 23: (30 - 10) * 20 / 15.
    expect(
      increase(
        [
          { at: 5, value: 10 },
          { at: 20, value: 30 },
        ],
        3,
        23,
      ),
    ).toBeCloseTo(26.6667, 4);
    // Twenty samples of a counter that rises by 1: 19 * (285 + 15) / 285.
    const samples = Array.from({ length: 20 }, (_, i) => ({ at: 15 * (i + 1), value: 100 + i }));
    expect(increase(samples, 0, 300)).toBeCloseTo(20, 9);
  });

  it('extrapolates no further than to where the counter would have been zero', () => {
    const samples = [
      { at: 285, value: 1 },
      { at: 300, value: 4 },
    ];
    // Half an interval before the first sample, 7.5 s, but the counter was zero 5 s before it.
    expect(increase(samples, 0, 300)).toBeCloseTo((3 * (15 + 5)) / 15, 9);
  });

  it('knows nothing of a series with one sample', () => {
    expect(increase([{ at: 15, value: 40 }], 0, 300)).toBe(0);
  });
});

describe('the rule', () => {
  it('does not see the first events of a new series, and sees them where it is known', () => {
    const step = prometheusIncrease({ scrape: 15, series: 1 }).start();
    expect(step(40, 0)).toBe(0);
    expect(step(0, 0)).toBe(0);
    // Half an interval before the first of three samples: (30 + 7.5) / 30.
    expect(step(3, 0)).toBeCloseTo(3 * 1.25, 9);
  });

  it('sums over series', () => {
    const step = prometheusIncrease({ scrape: 60, series: 2 }).start();
    step(2, 0);
    expect(step(2, 0)).toBeCloseTo(2 * step(0, 0) * (2 / 3), 0);
  });
});
