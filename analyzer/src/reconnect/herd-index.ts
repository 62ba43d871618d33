import { regularizedGamma } from '../statistics/regularized-gamma.ts';
import type { WaveSettings } from '../wave.ts';

/** A client that went and is back. Epoch milliseconds. */
export interface Return {
  closedAt: number;
  backAt: number;
}

/** The busiest second of the returns, and the busiest that an even spread would have. */
export interface Herd {
  busiest: number;
  /** At least 1: less than one client is none. */
  evenly: number;
  /** `busiest` over `evenly`: 1 is as even as the advice, the window's width in seconds is everybody at once. */
  index: number;
  /** How seldom chance makes a second as busy as that out of an even spread: Poisson's tail, times the seconds. */
  chance: number;
}

/**
 * How much the clients came back as a herd: the returns of the busiest second (event time), over those that it would have
 * if each client had waited a time of its own, evenly spread over the expected window (seconds). So a fixed delay is no herd
 * where the closes themselves were spread out. Null without a return.
 *
 *     herdIndex([{ closedAt: 0, backAt: 3_000 }, ...99 more of them], { from: 1, to: 5 })?.index // 4
 */
export function herdIndex(returns: readonly Return[], { from, to }: WaveSettings['reconnectWindow']): Herd | null {
  if (returns.length === 0) return null;
  const came = new Map<number, number>();
  const even = new Map<number, number>();
  for (const { closedAt, backAt } of returns) {
    add(came, Math.floor(backAt / 1000), 1);
    const [start, end] = [closedAt / 1000 + from, closedAt / 1000 + to];
    for (let second = Math.floor(start); second < end; second += 1)
      add(even, second, (Math.min(end, second + 1) - Math.max(start, second)) / (to - from));
  }
  const busiest = greatest(came);
  const evenly = Math.max(1, greatest(even));
  const chance = Math.min(1, regularizedGamma(busiest, evenly) * even.size);
  return { busiest, evenly, index: busiest / evenly, chance };
}

function add(counts: Map<number, number>, second: number, count: number): void {
  counts.set(second, (counts.get(second) ?? 0) + count);
}

function greatest(counts: ReadonlyMap<number, number>): number {
  let most = 0;
  for (const count of counts.values()) most = Math.max(most, count);
  return most;
}
