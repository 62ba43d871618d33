import { describe, expect, it } from 'vitest';
import { burnRate, WORKBOOK_RULES } from './burn-rate.ts';

const BUDGET = 0.001;

describe('multi-window burn rates', () => {
  it("have the workbook's windows: each uses up 2, 5 and 10 % of a 30-day budget", () => {
    const shares = WORKBOOK_RULES.map(({ burn, long }) => (burn * long) / (30 * 86_400));
    expect(shares.map(share => Number(share.toFixed(3)))).toEqual([0.02, 0.05, 0.1]);
    expect(WORKBOOK_RULES.map(({ long, short }) => long / short)).toEqual([12, 12, 12]);
  });

  it('fire at a total outage of 0.1 % budget after 0.9 minutes, as the workbook computes', () => {
    const step = burnRate(1).start();
    const day = 3 * 86_400;
    for (let second = 0; second < day; second++) step(0, 100);
    let seconds = 0;
    while (step(100, 100) <= BUDGET) seconds++;
    // 14.4 * 0.1 % of an hour: 51.84 s.
    expect(seconds + 1).toBe(52);
  });

  it('need both windows: an hour that was bad no longer fires at 14.4x when its last five minutes are good', () => {
    const step = burnRate(60).start();
    for (let minute = 0; minute < 3 * 1_440; minute++) step(0, 100);
    let last = 0;
    for (let minute = 0; minute < 56; minute++) last = step(5, 100);
    expect(last).toBeCloseTo((0.05 * 56) / 60 / 14.4, 6);
    for (let minute = 0; minute < 5; minute++) last = step(0, 100);
    // What is left is the second rule: six hours, and the half hour that still holds 25 bad minutes.
    expect(last).toBeCloseTo((0.05 * 56) / 360 / 6, 6);
  });
});
