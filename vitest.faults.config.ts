import { defineConfig } from 'vitest/config';

/** What takes too long for every run of the tests: `npm run test:faults`. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.fault.ts'],
    reporters: ['default', './test/tally-reporter.ts'],
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
