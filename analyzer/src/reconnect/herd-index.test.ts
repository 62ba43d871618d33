import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { herdIndex } from './herd-index.ts';

const WINDOW = { from: 1, to: 5 };

describe('herdIndex', () => {
  it('is the width of the window where all were cut off at once and all are back in one second', () => {
    const returns = Array.from({ length: 100 }, () => ({ closedAt: 0, backAt: 3_000 }));
    expect(herdIndex(returns, WINDOW)).toMatchObject({ busiest: 100, evenly: 25, index: 4 });
    expect(herdIndex(returns, WINDOW)!.chance).toBeLessThan(1e-20);
  });

  it('is near 1 for clients that wait a time of their own in the window', () => {
    const random = randomFrom(1);
    const returns = Array.from({ length: 4_000 }, () => ({ closedAt: 0, backAt: 1_000 + random() * 4_000 }));
    const herd = herdIndex(returns, WINDOW)!;
    expect(herd.index).toBeGreaterThan(0.97);
    expect(herd.index).toBeLessThan(1.06);
    expect(herd.chance).toBeGreaterThan(0.01);
  });

  it('is near 1 for a fixed delay after closes that were spread out', () => {
    const returns = Array.from({ length: 1_000 }, (_, index) => ({ closedAt: index * 60, backAt: index * 60 + 3_000 }));
    expect(herdIndex(returns, WINDOW)!.index).toBeCloseTo(1, 1);
  });

  it('is 1 for a single return, and null for none', () => {
    expect(herdIndex([{ closedAt: 0, backAt: 2_000 }], WINDOW)?.index).toBe(1);
    expect(herdIndex([], WINDOW)).toBeNull();
  });
});
