import { describe, expect, it } from 'vitest';
import type { StoredDay } from '../store-status.ts';
import { TEN_O_CLOCK } from '../testdata/close-event.ts';
import { retiredDays } from './retired-days.ts';

/** 2026-11-20 to 2026-11-23, which is live. */
const DAYS: StoredDay[] = ['20', '21', '22', '23'].map(date => ({
  day: `2026-11-${date}`,
  form: date === '23' ? 'live' : 'closed',
  rows: 10,
  bytes: 100,
  firstSequence: 1,
  lastSequence: 10,
  earliest: 0,
  latest: 0,
}));

describe('retention', () => {
  it('keeps everything where nothing is said', () => {
    expect(retiredDays(DAYS, 450, {}, TEN_O_CLOCK)).toEqual([]);
  });

  it('takes days that are older than so many, and never the live one', () => {
    expect(retiredDays(DAYS, 450, { days: 2 }, TEN_O_CLOCK)).toEqual(['2026-11-20']);
    expect(retiredDays(DAYS, 450, { days: 0 }, TEN_O_CLOCK)).toEqual(['2026-11-20', '2026-11-21', '2026-11-22']);
  });

  it('takes the oldest until the rest is small enough', () => {
    expect(retiredDays(DAYS, 450, { bytes: 450 }, TEN_O_CLOCK)).toEqual([]);
    expect(retiredDays(DAYS, 450, { bytes: 449 }, TEN_O_CLOCK)).toEqual(['2026-11-20']);
    expect(retiredDays(DAYS, 450, { bytes: 300 }, TEN_O_CLOCK)).toEqual(['2026-11-20', '2026-11-21']);
    expect(retiredDays(DAYS, 450, { bytes: 0 }, TEN_O_CLOCK)).toHaveLength(3);
  });

  it('minds both', () => {
    expect(retiredDays(DAYS, 450, { days: 2, bytes: 300 }, TEN_O_CLOCK)).toEqual(['2026-11-20', '2026-11-21']);
  });
});
