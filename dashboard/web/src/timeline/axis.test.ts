import { expect, it } from 'vitest';
import { scaleTop, timeTicks } from './axis.ts';

const window = { from: Date.parse('2026-11-23T09:51:10Z'), to: Date.parse('2026-11-23T10:06:10Z') };
const minutes = (ticks: { at: number }[]) => ticks.map(({ at }) => new Date(at).toISOString().slice(14, 16));

it('marks every minute of a quarter of an hour, and labels every other', () => {
  const ticks = timeTicks(window, 15, false);
  expect(minutes(ticks)).toHaveLength(15);
  expect(minutes(ticks.filter(tick => tick.labelled))).toEqual(['52', '54', '56', '58', '00', '02', '04', '06']);
});

it('labels three times of it on a phone', () => {
  const ticks = timeTicks(window, 15, true);
  expect(minutes(ticks.filter(tick => tick.labelled))).toEqual(['55', '00', '05']);
});

it('gives a scale a round, even top that holds the largest count', () => {
  const tops = [0, 4, 5, 11, 14, 15, 1_243, 12_431].map(most => scaleTop(most, 4));
  expect(tops).toEqual([4, 4, 6, 14, 14, 20, 1_400, 14_000]);
});
