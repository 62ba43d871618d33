import { parseArgs } from 'node:util';

/** What the demo is started with. Without `once` the traffic goes on after the story. */
export interface DemoArguments {
  seed: number;
  once: boolean;
}

/** Reads `--seed N` (0 to 4294967295, 1 by default) and `--once`. Throws a TypeError or RangeError that says got and expected. */
export function readArguments(words: readonly string[]): DemoArguments {
  const { values } = parseArgs({
    args: [...words],
    options: { seed: { type: 'string', default: '1' }, once: { type: 'boolean', default: false } },
  });
  const seed = Number(values.seed);
  if (!/^\d+$/.test(values.seed) || seed >= 2 ** 32) {
    throw new RangeError(`expected --seed to be an integer from 0 to ${2 ** 32 - 1}, got "${values.seed}"`);
  }
  return { seed, once: values.once };
}
