import { expect, it } from 'vitest';
import { waveBin } from '../../../src/testdata/rows.ts';
import { mergeBins, windowOfBins } from './series-window.ts';

it('ends a window with the bin that is under way', () => {
  const window = windowOfBins(Date.parse('2026-11-23T10:06:03Z'), 15, 10);
  expect(window).toEqual({ from: Date.parse('2026-11-23T09:51:10Z'), to: Date.parse('2026-11-23T10:06:10Z') });
});

it('puts changed bins over old ones, in the order of time, and lets go of what left the window', () => {
  const at = (time: string, open: number) => waveBin({ time: `2026-11-23T10:00:${time}.000Z`, open });
  const merged = mergeBins(
    [at('00', 1), at('10', 1), at('20', 1)],
    [at('30', 2), at('20', 2)],
    Date.parse('2026-11-23T10:00:10Z'),
  );
  expect(merged).toEqual([at('10', 1), at('20', 2), at('30', 2)]);
});
