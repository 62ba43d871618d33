import { describe, expect, it } from 'vitest';
import { KNOWN_TIMEOUTS, TIMEOUTS } from './known-timeouts.ts';
import { timeoutCells } from './timeout-cell.ts';

const CLOSED = 10_000_000;
const dropAt = (age: number, id = 0) => ({
  id: `${id}`,
  client: `${id}`,
  openedAt: CLOSED - age * 1000,
  closedAt: CLOSED,
});
/** As many opens every second, or all of them in one. */
const steady = (perSecond: number) => (time: number) => (perSecond * time) / 1000;
const herd = (size: number, openedAt: number) => (time: number) => (time >= openedAt ? size : 0);

describe('the cell of a timeout', () => {
  it('holds the drops from half a second before its age to two seconds after, beside those near it', () => {
    const ages = [50, 51, 59.4, 59.5, 60, 62, 62.1, 70, 72];
    const cell = timeoutCells(ages.map(dropAt), steady(5)).get(60)!;
    expect(cell.inside.map(({ openedAt }) => (CLOSED - openedAt) / 1000)).toEqual([59.5, 60, 62]);
    expect(cell.near).toBe(7);
  });

  it('expects as many as its share of the ages where opens are steady', () => {
    const cell = timeoutCells([dropAt(55)], steady(50)).get(60)!;
    expect(cell.expected).toBeCloseTo(2.5 / 20.5, 2);
  });

  it('expects as much by the length of time alone where few opens were seen', () => {
    expect(timeoutCells([dropAt(60)], steady(0)).get(60)!.expected).toBeCloseTo(2.5 / 20.5, 9);
  });

  it('expects all of a herd that opened together to be at the age that they share', () => {
    const cell = timeoutCells([dropAt(60)], herd(500, CLOSED - 60_000)).get(60)!;
    expect(cell.expected).toBeGreaterThan(0.99);
  });
});

describe('the timeouts that are looked for', () => {
  it('hold every one that is known, in order, each with its source', () => {
    expect([...TIMEOUTS].sort((a, b) => a - b)).toEqual(TIMEOUTS);
    for (const { seconds, source } of KNOWN_TIMEOUTS) {
      expect(TIMEOUTS).toContain(seconds);
      expect(source).toMatch(/^https:\/\//);
    }
    for (const seconds of [60, 100, 240, 350]) expect(KNOWN_TIMEOUTS.some(one => one.seconds === seconds)).toBe(true);
  });
});
