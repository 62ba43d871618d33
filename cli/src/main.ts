#!/usr/bin/env node
import { run } from './program.ts';

// Whoever reads our output may have seen enough (`closewatch replay … | head`): that is no failure of ours.
process.stdout.on('error', (problem: NodeJS.ErrnoException) => {
  if (problem.code !== 'EPIPE') throw problem;
  process.exit(0);
});

process.exitCode = await run(process.argv.slice(2));
