import { describe, expect, it } from 'vitest';
import { seededRandom } from '../simulation/random.ts';
import { alphaOf, medianAndMad, seasonalHybridEsd } from './seasonal-hybrid-esd.ts';
import { periodicSeason } from './stl.ts';

describe('the generalised ESD test', () => {
  it("has the critical values of Rosner's example in the NIST handbook", () => {
    // https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h3.htm: n = 54, alpha 0.05 two-sided, so 0.025 on each side.
    for (const [i, critical] of [
      [1, 3.158794],
      [2, 3.15143],
      [3, 3.14389],
      [4, 3.136165],
      [5, 3.128247],
    ] as const)
      expect(alphaOf(critical, 54, i)).toBeCloseTo(0.025, 5);
  });

  it('takes median and median absolute deviation of a prefix as by definition', () => {
    const random = seededRandom(1);
    const sorted = Array.from({ length: 61 }, () => Math.round(random() * 40)).sort((a, b) => a - b);
    const middle = (values: number[]) => (values[(values.length - 1) >> 1]! + values[values.length >> 1]!) / 2;
    for (let kept = 3; kept <= 61; kept++) {
      const prefix = sorted.slice(0, kept);
      const median = middle(prefix);
      const mad = 1.4826 * middle(prefix.map(value => Math.abs(value - median)).sort((a, b) => a - b));
      expect(medianAndMad(sorted, kept)).toEqual([median, expect.closeTo(mad, 9)]);
    }
  });
});

describe('STL with a periodic season', () => {
  it('finds the season of a trend with a season exactly, whatever outliers lie on it', () => {
    const season = [3, -1, 0, -2, 4, -4];
    const series = Array.from({ length: 120 }, (_, i) => 10 + 0.05 * i + season[i % 6]!);
    const got = periodicSeason(series, 6);
    for (const [place, value] of got.entries()) expect(value).toBeCloseTo(season[place]!, 6);
    const spoilt = series.map((value, i) => (i % 31 === 7 ? value + 500 : value));
    for (const [place, value] of periodicSeason(spoilt, 6).entries())
      expect(Math.abs(value - season[place]!)).toBeLessThan(0.2);
  });
});

describe('S-H-ESD', () => {
  const settings = { bin: 3_600, period: 24, window: 14 * 24 };
  const run = (counts: readonly number[]) => {
    const step = seasonalHybridEsd(settings).start();
    return counts.map(count => step(count, 0));
  };
  const random = seededRandom(5);
  const usual = Array.from(
    { length: 15 * 24 },
    (_, hour) => 50 + 20 * Math.sin((2 * Math.PI * (hour % 24)) / 24) + 6 * (random() - random()),
  );

  it('sees what is out of season, and not the season itself', () => {
    const night = usual.length + 18 - (usual.length % 24);
    const counts = [...usual, ...usual.slice(0, night - usual.length), 60];
    const got = run(counts);
    expect(got.at(-1)).toBeGreaterThan(3);
    expect(Math.max(...got.slice(14 * 24, -1))).toBeLessThan(3);
  });

  it('says nothing of a series that hardly ever has anything: its deviation is zero', () => {
    const rare = Array.from({ length: 15 * 24 }, (_, hour) => (hour === 14 * 24 + 3 ? 9 : 0));
    expect(Math.max(...run(rare))).toBeLessThanOrEqual(0);
  });
});
