import { describe, expect, it } from 'vitest';
import { timeRanges } from './time-ranges.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

describe('time ranges', () => {
  it('are one where no two neighbours are more than ten minutes apart', () => {
    expect(timeRanges([5])).toEqual([{ from: 5, to: 5 }]);
    expect(timeRanges([10 * MINUTE, 0, 20 * MINUTE])).toEqual([{ from: 0, to: 20 * MINUTE }]);
  });

  it('leave out the hours between a late span and the rest', () => {
    expect(timeRanges([24 * HOUR, 0, 24 * HOUR + 7])).toEqual([
      { from: 0, to: 0 },
      { from: 24 * HOUR, to: 24 * HOUR + 7 },
    ]);
  });

  it('are four at most, and leave out the largest gaps', () => {
    const hours = [0, 1, 3, 6, 10, 11];
    expect(timeRanges(hours.map(hour => hour * HOUR))).toEqual([
      { from: 0, to: HOUR },
      { from: 3 * HOUR, to: 3 * HOUR },
      { from: 6 * HOUR, to: 6 * HOUR },
      { from: 10 * HOUR, to: 11 * HOUR },
    ]);
  });
});
