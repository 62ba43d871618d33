import { expect, it } from 'vitest';
import { bugPaths, expectedPath, stackPaths } from './bar-paths.ts';

const AT = Date.parse('2026-11-23T10:00:00Z');
/** One second is one pixel, one close is one pixel; counts grow upwards from 100. */
const x = (time: number) => (time - AT) / 1000;
const y = (count: number) => 100 - count;

const bin = (seconds: number, closes: Record<string, number>, payloadBugs = 0, payloadEquivalents = 0) => ({
  time: new Date(AT + seconds * 1000).toISOString(),
  closes,
  payloadBugs,
  payloadEquivalents,
  expected: 2,
  opens: 0,
  open: 0,
});

it('draws one path a code, bottom to top, and none for a code without a close', () => {
  const paths = stackPaths([bin(0, { '1000': 10, '1012': 5 }), bin(10, { '1000': 20 })], 10, x, y);
  expect(paths).toEqual([
    { key: '1000', d: 'M0.63 100V90H9.38V100ZM10.63 100V80H19.38V100Z' },
    { key: '1012', d: 'M0.63 90V85H9.38V90Z' },
  ]);
});

it('gathers codes that have no colour of their own into one path', () => {
  const paths = stackPaths([bin(0, { '1009': 3, '4400': 4 })], 10, x, y);
  expect(paths).toEqual([{ key: 'other', d: 'M0.63 100V93H9.38V100Z' }]);
});

it('keeps a single close among thousands a whole pixel high', () => {
  const flat = (count: number) => 100 - count / 1000;
  expect(stackPaths([bin(0, { '1007': 1 })], 10, x, flat)).toEqual([{ key: '1007', d: 'M0.63 100V99H9.38V100Z' }]);
});

it('stands equivalents, hollow, on top of the payload bugs that closed as 1007', () => {
  const { own, equivalents } = bugPaths([bin(0, { '1007': 4, '1002': 3 }, 7, 3)], 10, x, y);
  expect(own).toBe('M0.63 100V96H9.38V100Z');
  expect(equivalents).toBe('M1.38 95.25V93.75H8.63V95.25Z');
});

it('draws the expectation as steps', () => {
  expect(expectedPath([bin(0, {}), bin(10, {})], 10, x, y)).toBe('M0 98H10L10 98H20');
});
