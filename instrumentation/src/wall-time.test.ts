import { describe, expect, it } from 'vitest';
import { WallTime } from './wall-time.ts';

describe('WallTime', () => {
  it('keeps the zero while both clocks agree on it, to two milliseconds', () => {
    const clock = { wall: () => 1_000_100, monotonic: () => 100 };
    const wallTime = new WallTime(clock);
    expect(wallTime.zero()).toBe(1_000_000);
    clock.wall = () => 1_000_201;
    expect(wallTime.zero(200)).toBe(1_000_000);
  });

  it('takes it anew once the clock was set, at most 10 ms later', () => {
    const clock = { wall: () => 1_000_100, monotonic: () => 100 };
    const wallTime = new WallTime(clock);
    wallTime.zero();
    clock.wall = () => 5_000_109;
    expect(wallTime.zero(109)).toBe(1_000_000);
    clock.wall = () => 5_000_110;
    expect(wallTime.zero(110)).toBe(5_000_000);
  });
});
