import { describe, expect, it } from 'vitest';
import { retryAfter, retryDelay } from './retry-schedule.ts';

describe('retryDelay', () => {
  it('doubles from a second to a quarter of an hour, times the random share', () => {
    expect([1, 2, 3, 10, 11, 600].map(attempts => retryDelay(attempts, () => 1))).toEqual([
      1_000, 2_000, 4_000, 512_000, 900_000, 900_000,
    ]);
    expect(retryDelay(3, () => 0.25)).toBe(1_000);
    expect(retryDelay(3, () => 0)).toBe(0);
  });
});

describe('retryAfter', () => {
  const now = Date.parse('2026-11-23T10:00:00Z');

  it.each([
    ['120', 120_000],
    ['Mon, 23 Nov 2026 10:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
    ['86400', 3_600_000],
    ['soon', 0],
    [null, 0],
  ])('reads %s as %i ms', (header, milliseconds) => expect(retryAfter(header, now)).toBe(milliseconds));
});
