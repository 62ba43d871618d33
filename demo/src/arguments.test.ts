import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

describe('the arguments', () => {
  it('are seed 1 and no end by default', () => {
    expect(readArguments([])).toEqual({ seed: 1, once: false });
  });

  it('take a seed and --once', () => {
    expect(readArguments(['--once', '--seed', '42'])).toEqual({ seed: 42, once: true });
  });

  it.each(['x', '', '-1', '1.5', '4294967296'])('refuse the seed "%s" with what was expected', seed => {
    expect(() => readArguments([`--seed=${seed}`])).toThrow(
      `expected --seed to be an integer from 0 to 4294967295, got "${seed}"`,
    );
  });

  it('refuse an option that does not exist', () => {
    expect(() => readArguments(['--sed', '1'])).toThrow("Unknown option '--sed'");
  });
});
