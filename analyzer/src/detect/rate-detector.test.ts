import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { negativeBinomial } from './counts.fixture.ts';
import { cloneRate, freshRate, passRate, type RateBin, stepRate } from './rate-detector.ts';
import { likeliest } from './rate-mixture.ts';
import { type RateSettings, rateSettings } from './rate-settings.ts';
import { freshWatch, passWatch, type RateAlarm, stepWatch } from './rate-watch.ts';

const DAY = 86_400;

/** One class of exposure, one unit a second. */
function binOf(bin: number, count: number, settings: RateSettings): RateBin {
  const { binSeconds } = settings;
  return {
    bin,
    age: bin * binSeconds,
    exposure: { young: 0, old: binSeconds },
    sick: { young: 0, old: count },
    closes: count,
    firstAt: count > 0 ? bin * binSeconds * 1_000 : null,
  };
}

/** Minutes of counts; the alarms that opened in them. */
function alarmsOf(counts: readonly number[], settings: RateSettings): RateAlarm[] {
  const watch = freshWatch(settings);
  const alarms: RateAlarm[] = [];
  for (const [bin, count] of counts.entries()) {
    stepWatch(watch, binOf(bin, count, settings), settings);
    if (watch.alarm && alarms.at(-1) !== watch.alarm) alarms.push(watch.alarm);
  }
  return alarms;
}

describe('a run of quiet bins', () => {
  const known = { young: 0, old: 3 / DAY, dispersion: 1.5 };

  it('comes to the same in closed form as bin by bin, where the baseline is known', () => {
    const settings = rateSettings({ known, youngShare: 0 });
    const [byBin, atOnce] = [freshRate(settings), freshRate(settings)];
    for (const state of [byBin, atOnce]) {
      stepRate(state, binOf(0, 1, settings), settings);
      stepRate(state, binOf(1, 2, settings), settings);
    }
    let last = 0;
    for (let bin = 2; bin < 20_000; bin++) last = stepRate(byBin, binOf(bin, 0, settings), settings).evidence;
    const { evidence } = passRate(atOnce, binOf(2, 0, settings), 19_998, settings);
    expect(evidence / last).toBeCloseTo(1, 9);
    expect(likeliest(atOnce.mixture).since).toBe(likeliest(byBin.mixture).since);
    expect(likeliest(atOnce.mixture).sick).toBe(3);
  });

  it('teaches the same, to a hundredth, where the baseline is learnt', () => {
    const settings = rateSettings({ binSeconds: 60 });
    const [byBin, atOnce] = [freshRate(settings), freshRate(settings)];
    const week = 7 * 1_440;
    for (let bin = 0; bin < week; bin++) stepRate(byBin, binOf(bin, bin % 600 === 599 ? 1 : 0, settings), settings);
    for (let bin = 0; bin < week; bin += 600) {
      const quiet = Math.min(599, week - bin);
      passRate(atOnce, binOf(bin, 0, settings), quiet, settings);
      if (bin + 599 < week) stepRate(atOnce, binOf(bin + 599, 1, settings), settings);
    }
    const [one, other] = [byBin, atOnce].map(state => stepRate(state, binOf(week, 0, settings), settings));
    expect(other!.mean / one!.mean).toBeCloseTo(1, 2);
    expect(other!.dispersion / one!.dispersion).toBeCloseTo(1, 1);
  });
});

describe('the likeliest change', () => {
  it('is all of a slow rise, and not its last event alone, where one a week is usual', () => {
    const settings = rateSettings({ known: { young: 0, old: 1 / (7 * DAY), dispersion: 1 }, youngShare: 0 });
    const state = freshRate(settings);
    const every = 16 * 3_600; // ten times as often
    let events = 0;
    for (let bin = 0; ; bin += every) {
      const { evidence } = stepRate(state, binOf(bin, 1, settings), settings);
      events++;
      if (evidence >= 1) break;
      passRate(state, binOf(bin + 1, 0, settings), every - 1, settings);
    }
    expect(events).toBeGreaterThanOrEqual(5);
    expect(likeliest(state.mixture)).toMatchObject({ since: 0, sick: events });
  });
});

describe('the state', () => {
  it('goes on from a copy as from itself', () => {
    const settings = rateSettings({});
    const random = randomFrom(3);
    const counts = Array.from({ length: 4_000 }, () => negativeBinomial(random, 0.05, 1.5));
    const whole = freshRate(settings);
    let copy = freshRate(settings);
    for (const [bin, count] of counts.entries()) {
      const expected = stepRate(whole, binOf(bin, count, settings), settings);
      if (bin % 97 === 0) {
        const before = cloneRate(copy);
        stepRate(copy, binOf(bin, count + 1, settings), settings);
        copy = before;
      }
      expect(stepRate(copy, binOf(bin, count, settings), settings)).toEqual(expected);
    }
  });
});

describe('an alarm', () => {
  const settings = rateSettings({ binSeconds: 60 });
  const random = randomFrom(11);
  const usual = Array.from({ length: 3 * 1_440 }, () => negativeBinomial(random, 0.3, 1.5));
  const bug = Array.from({ length: 20 }, () => negativeBinomial(random, 6, 1.5));

  it('opens on twenty times the rate, is dated where it began, ends at its last bin above, and is not learnt', () => {
    const alarms = alarmsOf([...usual, ...bug, ...usual], settings);
    expect(alarms).toHaveLength(1);
    const [alarm] = alarms;
    expect(Math.abs(alarm!.since - usual.length)).toBeLessThanOrEqual(1);
    expect(alarm!.detectedIn - usual.length).toBeLessThan(8);
    expect(Math.abs(alarm!.lastAbove - (usual.length + bug.length))).toBeLessThan(6);
    expect(alarm!.endedIn! - alarm!.lastAbove).toBeGreaterThanOrEqual(15);
    expect(alarm!.endedIn! - alarm!.lastAbove).toBeLessThanOrEqual(18);
    expect(alarm!.sick).toBeGreaterThanOrEqual(bug.reduce((sum, count) => sum + count, 0) - 3);
  });

  it('is not opened by counts that go on as they were', () => {
    expect(alarmsOf([...usual, ...usual], settings)).toEqual([]);
  });

  it('ends in quiet runs too', () => {
    const watch = freshWatch(settings);
    for (const [bin, count] of [...usual, ...bug].entries()) stepWatch(watch, binOf(bin, count, settings), settings);
    const alarm = watch.alarm!;
    expect(alarm.endedIn).toBeNull();
    passWatch(watch, binOf(usual.length + bug.length, 0, settings), 40, settings);
    expect(alarm.endedIn! - alarm.lastAbove).toBe(15);
    passWatch(watch, binOf(usual.length + bug.length + 40, 0, settings), 60, settings);
    expect(watch.alarm).toBeNull();
  });
});
