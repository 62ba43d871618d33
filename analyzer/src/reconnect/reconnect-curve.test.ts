import { describe, expect, it } from 'vitest';
import { connectionOf } from '../wave/connections.fixture.ts';
import { reconnectCurve } from './reconnect-curve.ts';

const closeOf = (id: string, closedAt: number, backAt: number | null) =>
  connectionOf({ id, closedAt: closedAt * 1000, backAt: backAt === null ? null : backAt * 1000 });

describe('the curve of the way back', () => {
  const closes = [
    closeOf('a', 100, 102),
    closeOf('b', 100, 104),
    closeOf('c', 101, null),
    closeOf('d', 101, 103),
    closeOf('e', 110, null),
  ];

  it('has a step for each time out, with those that are out at risk for as long as they were seen', () => {
    // At 113 s: two back after 2 s of five, one after 4 s of two that were seen so long; the last close is 3 s old.
    expect(reconnectCurve(closes, 113_000).map(({ seconds, back }) => [seconds, Number(back.toFixed(9))])).toEqual([
      [2, 0.4],
      [4, 0.7],
    ]);
  });

  it('knows nothing of what comes later', () => {
    expect(reconnectCurve(closes, 102_000)).toEqual([{ seconds: 2, back: 1 - (1 - 1 / 2) }]);
    expect(reconnectCurve(closes, 99_000)).toEqual([]);
  });
});
