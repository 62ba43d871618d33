/** A source of numbers, each at least 0 and below 1. */
export type Random = () => number;

/**
 * A repeatable source of numbers: the same seed gives the same sequence. Mulberry32, 32 bits of state, which is plenty to lay
 * out a story and nothing for secrets. Source: Tommy Ettinger, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number between `low` (inclusive) and `high` (exclusive), in the unit of its bounds. */
export function between(random: Random, low: number, high: number): number {
  return low + random() * (high - low);
}

/** One of the values, each as likely as the others. Throws when there is none. */
export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError('expected at least one value to pick from, got none');
  return value;
}

/** The values in a new order (Fisher and Yates); the input stays as it is. */
export function shuffled<T>(random: Random, values: readonly T[]): T[] {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
