import { describe, expect, it } from 'vitest';
import { negativeBinomial } from '../detect/counts.fixture.ts';
import { randomFrom } from '../event.fixture.ts';
import { backtest } from './backtest.ts';
import type { CountSeries } from './count-series.ts';

const DAY = 86_400;

/** Counts around a usual mean that rises by a ratio for some bins. */
function seriesOf(
  binSeconds: number,
  usual: number,
  ratio: number,
  from: number,
  to: number,
  length: number,
): CountSeries {
  const random = randomFrom(binSeconds);
  const counts = Array.from({ length }, (_, bin) =>
    negativeBinomial(random, usual * (bin >= from && bin < to ? ratio : 1), 1.5),
  );
  return { binSeconds, times: counts.map((_, bin) => bin * binSeconds), counts, exposures: null };
}

describe('backtest', () => {
  it.each([
    ['seconds', 1, 0.02, 20_000],
    ['minutes', 60, 0.5, 6_000],
    ['hours', 3_600, 2, 1_000],
    ['days', DAY, 3, 400],
    ['weeks', 7 * DAY, 3, 200],
  ])(
    'finds one tenfold rise in counts by %s, dated where it was, and nothing before or after',
    (_name, binSeconds, usual, length) => {
      const [from, to] = [Math.floor(length * 0.7), Math.floor(length * 0.7) + Math.max(10, Math.floor(length / 40))];
      const alarms = backtest(seriesOf(binSeconds, usual, 10, from, to, length));
      expect(alarms).toHaveLength(1);
      const [alarm] = alarms;
      const binOf = (time: string) => Date.parse(time) / 1_000 / binSeconds;
      const slack = Math.max(2, (to - from) / 4);
      expect(Math.abs(binOf(alarm!.startedAt) - from)).toBeLessThanOrEqual(slack);
      expect(binOf(alarm!.detectedAt)).toBeGreaterThan(from);
      expect(binOf(alarm!.detectedAt)).toBeLessThanOrEqual(to);
      expect(Math.abs(binOf(alarm!.endedAt!) - to)).toBeLessThanOrEqual(Math.max(slack, 900 / binSeconds));
      expect(alarm!.ratio).toBeGreaterThan(5);
      expect(alarm!.ratio).toBeCloseTo(alarm!.count / alarm!.expected, 1);
    },
  );

  it('leaves an alarm open that still runs at the end', () => {
    const alarms = backtest(seriesOf(60, 0.5, 20, 5_950, 6_000, 6_000));
    expect(alarms).toHaveLength(1);
    expect(alarms[0]!.endedAt).toBeNull();
  });

  it('takes a missing bin for unknown: a gap neither lowers what is usual nor ends anything', () => {
    const whole = seriesOf(60, 2, 1, 0, 0, 6_000);
    const isKnown = (bin: number) => bin % 2 === 0 || bin > 5_000;
    const holed = {
      ...whole,
      times: whole.times.filter((_, bin) => isKnown(bin)),
      counts: whole.counts.filter((_, bin) => isKnown(bin)),
    };
    // Half of the bins as zeros would halve what is usual, and the end would look like a doubling.
    expect(backtest(holed)).toEqual([]);
    const zeroed = { ...whole, counts: whole.counts.map((count, bin) => (isKnown(bin) ? count : 0)) };
    expect(backtest(zeroed)).not.toEqual([]);
  });

  it('judges by exposure where it is told: three times the traffic with three times the count is no change', () => {
    const series = seriesOf(60, 1, 3, 5_000, 6_000, 6_000);
    expect(backtest(series)).toHaveLength(1);
    expect(backtest({ ...series, exposures: series.counts.map((_, bin) => (bin < 5_000 ? 40 : 120)) })).toEqual([]);
  });

  it('learns what weeks come to every year: the third peak is none, and an outbreak beside it is', () => {
    const random = randomFrom(9);
    const peak = (week: number) => 4 * Math.exp(0.8 * Math.cos((2 * Math.PI * (week - 10)) / 52.18));
    const counts = Array.from({ length: 209 }, (_, week) =>
      negativeBinomial(random, week >= 185 && week < 188 ? 20 : peak(week), 1.2),
    );
    const alarms = backtest({
      binSeconds: 7 * DAY,
      times: counts.map((_, week) => week * 7 * DAY),
      counts,
      exposures: null,
    });
    const weekOf = ({ detectedAt }: { detectedAt: string }) => Date.parse(detectedAt) / 1_000 / (7 * DAY);
    const late = alarms.filter(alarm => weekOf(alarm) > 104).map(weekOf);
    expect(late).toHaveLength(1);
    expect(late[0]).toBeGreaterThan(185);
    expect(late[0]).toBeLessThanOrEqual(188);
  });

  it('says nothing of fewer than three events', () => {
    const counts = new Array<number>(5_000).fill(0);
    counts[4_000] = counts[4_001] = 1;
    const series = { binSeconds: 1, times: counts.map((_, bin) => bin), counts, exposures: null };
    expect(backtest(series)).toEqual([]);
  });

  it('gives bins the times of the series, which need not begin at a multiple of their width', () => {
    const series = seriesOf(7 * DAY, 3, 10, 140, 150, 200);
    const monday = Date.parse('2001-01-01T00:00:00Z') / 1_000;
    const shifted = { ...series, times: series.times.map(time => time + monday) };
    for (const { startedAt, detectedAt } of backtest(shifted)) {
      expect((Date.parse(startedAt) / 1_000 - monday) % (7 * DAY)).toBe(0);
      expect((Date.parse(detectedAt) / 1_000 - monday) % (7 * DAY)).toBe(0);
    }
  });
});
