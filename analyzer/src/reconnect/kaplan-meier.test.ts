import { describe, expect, it } from 'vitest';
import { kaplanMeier, shareBy, timeOfShare } from './kaplan-meier.ts';

/**
 * Weeks of remission under 6-mercaptopurine; "+" is a patient still in remission when last seen. Data: Freireich et al.
 * 1963, Blood 21(6), 699-716; the estimates are table 2.1 of Kleinbaum and Klein, Survival Analysis, 3rd edition.
 */
const REMISSIONS = '6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+'
  .split(' ')
  .map(week => ({ time: Number.parseInt(week, 10), event: !week.endsWith('+') }));

describe('kaplanMeier', () => {
  it('gives the published survival of the 6-MP group', () => {
    const steps = kaplanMeier(REMISSIONS).map(({ time, survival }) => [time, Number(survival.toFixed(4))]);
    expect(steps).toEqual([
      [6, 0.8571],
      [7, 0.8067],
      [10, 0.7529],
      [13, 0.6902],
      [16, 0.6275],
      [22, 0.5378],
      [23, 0.4482],
    ]);
  });

  it('gives the published median, 23 weeks, and no 95th percentile where the curve ends above it', () => {
    const steps = kaplanMeier(REMISSIONS);
    expect(timeOfShare(steps, 0.5)).toBe(23);
    expect(timeOfShare(steps, 0.95)).toBeNull();
  });

  it('is the plain share where nobody is lost from sight', () => {
    const steps = kaplanMeier([1, 2, 3, 4].map(time => ({ time, event: true })));
    expect(timeOfShare(steps, 0.5)).toBe(2);
    expect(timeOfShare(steps, 0.75)).toBe(3);
    expect(timeOfShare(steps, 1)).toBe(4);
  });

  it('gives the share that has had the event by a time: the last step before it', () => {
    const steps = kaplanMeier(REMISSIONS);
    expect(shareBy(steps, 5.9)).toBe(0);
    expect(shareBy(steps, 12)).toBeCloseTo(1 - 0.7529, 4);
    expect(shareBy(steps, 100)).toBeCloseTo(1 - 0.4482, 4);
  });

  it('has no steps where nothing happened', () => {
    expect(kaplanMeier([{ time: 4, event: false }])).toEqual([]);
    expect(kaplanMeier([])).toEqual([]);
  });
});
