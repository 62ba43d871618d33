import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { connectionOf } from '../wave/connections.fixture.ts';
import { matchInAggregate } from './match-in-aggregate.ts';

const closeAt = (second: number) => ({ ...connectionOf({ id: `c${second}` }), closedAt: second * 1000 });
const backOf = (closes: { backAt: number | null }[]) =>
  closes.map(({ backAt }) => (backAt === null ? null : backAt / 1000));

describe('matchInAggregate', () => {
  it('gives each open to the close that has waited longest, and none to a close that is still to come', () => {
    const closes = [closeAt(10), closeAt(11), closeAt(30)];
    expect(backOf(matchInAggregate(closes, [13_000, 12_000, 20_000, 33_000, 5_000], 0))).toEqual([12, 13, 33]);
  });

  it('leaves out the opens that come anyway', () => {
    const closes = Array.from({ length: 100 }, (_, index) => closeAt(100 + index / 100));
    // One new visitor every second, and half of the clients back 3 s after their close.
    const visitors = Array.from({ length: 300 }, (_, index) => 100_500 + index * 1000);
    const back = closes.slice(0, 50).map(({ closedAt }) => closedAt + 3000);
    const matched = matchInAggregate(closes, [...visitors, ...back], 1);
    const returned = matched.filter(({ backAt }) => backAt !== null).length;
    expect(returned).toBeGreaterThanOrEqual(50);
    expect(returned).toBeLessThanOrEqual(52);
  });

  it('keeps the mean way back, whoever came back first', () => {
    const random = randomFrom(3);
    const closes = Array.from({ length: 500 }, (_, index) => closeAt(index / 50));
    const ways = closes.map(() => 1 + random() * 4);
    const opens = closes.map(({ closedAt }, index) => closedAt + ways[index]! * 1000);
    const matched = matchInAggregate(closes, opens, 0);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(matched.map(({ backAt, closedAt }) => (backAt! - closedAt) / 1000))).toBeCloseTo(mean(ways), 9);
  });
});
