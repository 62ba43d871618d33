import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{instrumentation,collector,analyzer,dashboard,cli,demo,bench}/src/**/*.test.ts',
      'dashboard/web/src/**/*.test.ts',
      'instrumentation/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    reporters: ['default', './test/tally-reporter.ts'],
    // Two cores are the smallest machine that the suite has to pass on; sockets and DuckDB files of their own keep files apart.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
