import { expect, it } from 'vitest';
import { expectationText, percentText, timesText } from './number-text.ts';
import { routeFromHash, verdictHref } from './route.ts';
import { clockText, dayAndClockText, durationText } from './time-text.ts';

it('writes durations in their two largest units', () => {
  const seconds = [0, 59, 60, 356, 3_600, 7_500, 86_400, 190_000];
  expect(seconds.map(value => durationText(value * 1000))).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '5 min 56 s',
    '1 h',
    '2 h 5 min',
    '1 day',
    '2 days 4 h',
  ]);
});

it('writes the day before a time only when it is another day', () => {
  const now = Date.parse('2026-11-23T10:00:00Z');
  expect(dayAndClockText(Date.parse('2026-11-23T09:59:58Z'), now, 'utc')).toBe('09:59:58');
  expect(dayAndClockText(Date.parse('2026-11-22T09:59:58Z'), now, 'utc')).toBe('22 Nov, 09:59:58');
  expect(clockText(Date.parse('2026-11-22T09:59:58.007Z'), 'utc', 'milliseconds')).toBe('09:59:58.007');
});

it('never rounds a share up to all, nor an expectation down to none', () => {
  expect([1, 0.9996, 0.998, 0.0004, 0].map(percentText)).toEqual([
    '100\u00a0%',
    'over 99.9\u00a0%',
    '99.8\u00a0%',
    'under 0.1\u00a0%',
    '0\u00a0%',
  ]);
  expect([0, 0.002, 0.0234, 8.04, 12.6].map(expectationText)).toEqual(['0', 'under 0.01', '0.023', '8', '13']);
  expect([2.345, 267.4, 103_000].map(timesText)).toEqual(['2.3×', '267×', 'over 10,000×']);
});

it('reads the address, whatever an id holds', () => {
  expect(routeFromHash('')).toEqual({ page: 'overview' });
  expect(routeFromHash('#/codes')).toEqual({ page: 'codes' });
  expect(routeFromHash(verdictHref('a/b?c#d é'))).toEqual({ page: 'verdict', id: 'a/b?c#d é' });
  expect(routeFromHash('#/verdicts/%E0%A4%A')).toEqual({ page: 'verdict', id: '%E0%A4%A' });
  expect(routeFromHash('#/nowhere')).toEqual({ page: 'unknown', hash: '#/nowhere' });
});
