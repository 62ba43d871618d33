import { describe, expect, it } from 'vitest';
import { freshRate, type RateBin, stepRate } from './rate-detector.ts';
import { rateSettings } from './rate-settings.ts';
import { freshSeason, HOUR_OF_WEEK, hourLeft, learnSeason, seasonFactor, slotOf } from './season.ts';

const HOUR = 3_600;
const WEEK = 168 * HOUR;
const MONDAY = Date.parse('2026-11-23T00:00:00Z') / 1_000;

describe('the hour of the week', () => {
  it('is counted from Monday midnight, UTC', () => {
    expect(slotOf(HOUR_OF_WEEK, MONDAY)).toBe(0);
    expect(slotOf(HOUR_OF_WEEK, MONDAY + 9.5 * HOUR)).toBe(9);
    expect(slotOf(HOUR_OF_WEEK, MONDAY - 1)).toBe(167);
    expect(hourLeft(MONDAY + 9.5 * HOUR)).toBe(HOUR / 2);
  });
});

describe('the factor of an hour', () => {
  it('is 1 for two weeks, and then what came over what a flat rate had, with 20 events of 1 beside', () => {
    const season = freshSeason(HOUR_OF_WEEK);
    learnSeason(season, MONDAY + 9 * HOUR, HOUR, 100, 40);
    expect(seasonFactor(season, MONDAY + 9.5 * HOUR, 2 * WEEK - 1)).toBe(1);
    expect(seasonFactor(season, MONDAY + 9.5 * HOUR, 2 * WEEK)).toBe(120 / 60);
    expect(seasonFactor(season, MONDAY + 10 * HOUR, 2 * WEEK)).toBe(1);
  });

  it('forgets by half in eight of its own hours, one a week', () => {
    const season = freshSeason(HOUR_OF_WEEK);
    learnSeason(season, MONDAY + 9 * HOUR, HOUR, 80, 40);
    for (let week = 0; week < 8; week++) learnSeason(season, MONDAY + 9 * HOUR, HOUR, 0, 0);
    expect(season.sick[9]).toBeCloseTo(40, 9);
  });
});

describe('a rate that is four times as high by day', () => {
  it('is followed by the null after two weeks, and is no alarm', () => {
    const settings = rateSettings({ binSeconds: 600 });
    const state = freshRate(settings);
    const start = MONDAY / 600;
    const isDay = (bin: number) =>
      slotOf(HOUR_OF_WEEK, bin * 600) % 24 >= 8 && slotOf(HOUR_OF_WEEK, bin * 600) % 24 < 20;
    const means = { day: 0, night: 0 };
    let alarms = 0;
    for (let bin = start; bin < start + (4 * WEEK) / 600; bin++) {
      const count = isDay(bin) ? 40 : 10;
      const one: RateBin = {
        bin,
        age: (bin - start) * 600,
        exposure: { young: 0, old: 600_000 },
        sick: { young: 0, old: count },
        closes: count,
        firstAt: bin * 600_000,
      };
      const { mean, evidence } = stepRate(state, one, settings);
      const isLastWeek = bin >= start + (3 * WEEK) / 600;
      if (isLastWeek) means[isDay(bin) ? 'day' : 'night'] = mean;
      if (isLastWeek && evidence >= 1) alarms++;
    }
    expect(means.day / means.night).toBeGreaterThan(3);
    expect(means.day).toBeGreaterThan(40);
    expect(alarms).toBe(0);
  });
});
