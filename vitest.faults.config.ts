import { defineConfig } from 'vitest/config';

/** What takes too long for every run of the tests: `npm run test:faults`. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.fault.ts', 'collector/src/otlp/decoders-fuzz.test.ts'],
    env: { CLOSEWATCH_FUZZ_RUNS: '100000' },
    reporters: ['default', './test/tally-reporter.ts'],
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
