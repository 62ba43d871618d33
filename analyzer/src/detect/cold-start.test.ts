import { describe, expect, it } from 'vitest';
import { simulate } from './simulated-service.fixture.ts';

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);
const CONNECTIONS = 200;
const HOUR = 3_600;

/** 40 new sick clients in 15 s, on average, from second 40 on. */
const BURST = { at: 40, rate: 40 / 15, length: 15 };

function delays(base: number): number[] {
  const rate = (second: number) => (second >= BURST.at && second < BURST.at + BURST.length ? BURST.rate : base);
  return SEEDS.map(seed => {
    const { detectedAt } = simulate({ seed, connections: CONNECTIONS, length: BURST.at + 60, rate });
    return detectedAt === null ? Number.POSITIVE_INFINITY : detectedAt - BURST.at;
  }).sort((a, b) => a - b);
}

describe('a service in its first hour', () => {
  for (const rate of [0, 0.02, 0.2, 1]) {
    // The first hour's budget is 0.02 false alarms, so one in forty is what chance may give.
    it(`opens at most one in forty on a steady ${rate} sick clients a second, from the first second on`, () => {
      const alarms = SEEDS.filter(seed => {
        const steady = simulate({ seed, connections: CONNECTIONS, length: HOUR, rate: () => rate });
        return steady.detectedAt !== null;
      });
      expect(alarms.length).toBeLessThanOrEqual(1);
    });
  }

  it('opens at most one in forty where the counts are half as wide again as it assumes', () => {
    const alarms = SEEDS.filter(seed => {
      const steady = simulate({ seed, connections: CONNECTIONS, length: HOUR, rate: () => 0.2, dispersion: 2 });
      return steady.detectedAt !== null;
    });
    expect(alarms.length).toBeLessThanOrEqual(1);
  });

  it('finds ten times the rate after 40 s in 10 s, and 19 of 20 times within its 15 s', () => {
    const found = delays(0.2);
    expect(found[0]).toBeGreaterThan(0);
    expect(found[SEEDS.length / 2]).toBeLessThanOrEqual(10);
    expect(found[SEEDS.length * 0.95 - 1]).toBeLessThanOrEqual(15);
  });

  it('finds the same burst sooner where less was usual', () => {
    expect(delays(0.02)[SEEDS.length / 2]).toBeLessThanOrEqual(6);
    expect(delays(0)[SEEDS.length / 2]).toBeLessThanOrEqual(6);
  });
});

describe('a service after a quiet day', () => {
  const day = 86_400;
  const quiet = { seed: 1, connections: CONNECTIONS, length: day + 600, rate: () => 0 };

  it('finds three sick clients within a minute, and dates them right', () => {
    const at = [day, day + 20, day + 40];
    const { detectedAt, startedAt, pages } = simulate({ ...quiet, extra: second => (at.includes(second) ? 1 : 0) });
    expect(detectedAt).toBe(day + 41);
    expect(Math.floor(startedAt!)).toBe(day);
    expect(pages).toBe(1);
  });

  it('says nothing of three sick clients in three hours', () => {
    const at = [day, day + 5_400, day + 10_800];
    const length = day + 10_900;
    const { detectedAt } = simulate({ ...quiet, length, extra: second => (at.includes(second) ? 1 : 0) });
    expect(detectedAt).toBeNull();
  });

  it('finds thirty sick clients in a single second at its end', () => {
    const { detectedAt } = simulate({ ...quiet, extra: second => (second === day ? 30 : 0) });
    expect(detectedAt).toBe(day + 1);
  });
});
