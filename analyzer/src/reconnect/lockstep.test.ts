import { describe, expect, it } from 'vitest';
import { randomFrom } from '../event.fixture.ts';
import { lockstep } from './lockstep.ts';

/** Each try has a chance of one half; the next comes `pause` later, give or take `jitter` (milliseconds). */
function retries(seed: number, count: number, pause: number, jitter: number): number[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => {
    let time = 500 + (random() - 0.5) * jitter;
    while (random() < 0.5) time += pause + (random() - 0.5) * jitter;
    return time;
  });
}

describe('lockstep', () => {
  it.each([
    [1_000, 'at1s'],
    [2_000, 'at2s'],
    [4_000, 'at4s'],
  ] as const)('stands out at the pause of clients that retry every %i ms without jitter', (pause, key) => {
    const steps = lockstep(retries(1, 200, pause, 100))!;
    expect(steps[key]).toBeGreaterThan(0.4);
    if (pause > 1_000) expect(steps.at1s).toBeLessThan(0.1);
  });

  it('strays about 0 by its standard error where each client waits a time of its own', () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => {
      const random = randomFrom(seed);
      return lockstep(Array.from({ length: 200 }, () => 1_000 + random() * 20_000))!;
    });
    for (const key of ['at1s', 'at2s', 'at4s'] as const) {
      const mean = seeds.reduce((sum, steps) => sum + steps[key], 0) / seeds.length;
      const deviation = Math.sqrt(seeds.reduce((sum, steps) => sum + (steps[key] - mean) ** 2, 0) / seeds.length);
      expect(Math.abs(mean)).toBeLessThan(0.08);
      expect(deviation).toBeGreaterThan(0.08);
      expect(deviation).toBeLessThan(0.15);
    }
  });

  it('says nothing of fewer than 20 returns', () => {
    expect(lockstep(retries(1, 19, 1_000, 0))).toBeNull();
  });
});
