/** Draws for a simulated fleet; the same seed gives the same draws. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number from 0 to `count - 1`. */
  below(count: number): number;
  chance(probability: number): boolean;
  between(low: number, high: number): number;
  /** Between two positive numbers, uniform in the logarithm. */
  logBetween(low: number, high: number): number;
  /** With the given mean. */
  exponential(mean: number): number;
  pick<Value>(values: readonly Value[]): Value;
  /** An index, by weight. */
  weighted(weights: readonly number[]): number;
}

/** Seeded draws by mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + (high - low) * next();
  const below = (count: number) => Math.floor(next() * count);
  return {
    next,
    below,
    between,
    chance: probability => next() < probability,
    logBetween: (low, high) => Math.exp(between(Math.log(low), Math.log(high))),
    exponential: mean => -Math.log(1 - next()) * mean,
    pick: values => values[below(values.length)]!,
    weighted: weights => {
      let rest = next() * weights.reduce((sum, weight) => sum + weight, 0);
      for (const [index, weight] of weights.entries()) {
        rest -= weight;
        if (rest < 0) return index;
      }
      return weights.length - 1;
    },
  };
}

/** Weights of `count` values, the first the largest: Zipf's law. An exponent of 0 makes them equal. */
export function zipfWeights(count: number, exponent: number): number[] {
  return Array.from({ length: count }, (_, index) => (index + 1) ** -exponent);
}
