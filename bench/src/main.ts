/**
 * `npm run bench` lists the benchmarks; `npm run bench -- NAME` runs one. Every side of a comparison runs in the same run,
 * interleaved, and what counts is the ratio: machines are shared and noisy.
 */
const benchmarks: Record<string, { prints: string; run: (args: string[]) => Promise<void> }> = {
  allocation: {
    prints: 'bytes of JavaScript heap that a message in and one out allocate, bare and instrumented',
    run: async args => (await import('./allocation/allocation.ts')).benchAllocation(args),
  },
  attribution: {
    prints: 'how often the cohort behind simulated bugs is named, and a wrong one, by events and terms; --help',
    run: async args => (await import('./attribution/attribution.ts')).benchAttribution(args),
  },
  analyze: {
    prints: 'what a replay of 10,000,000 closes costs, from Parquet and from OTLP lines, and a tick; --closes, --help',
    run: async args => (await import('./analyze/analyze.ts')).benchAnalyze(args),
  },
  cohorts: {
    prints:
      'what a tick costs in which 10,000 cohorts of one service each have a new sick client, by the length of history',
    run: async () => (await import('./cohorts/cohorts.ts')).benchCohorts(),
  },
  decode: {
    prints: 'spans a second of our decoder into columns, beside protobufjs and JSON.parse into objects',
    run: async () => (await import('./decode/decode.ts')).benchDecode(),
  },
  'deploy-test': {
    prints:
      'how often a harmless version is blamed for payload bugs, and how soon a bad one is; beside detector A; --help',
    run: async args => (await import('./deploy-test/deploy-test.ts')).benchDeployTest(args),
  },
  detection: {
    prints:
      'false pages of a service-year, delays beside an oracle and eight peers, labelled weekly counts; --full, --help',
    run: async args => (await import('./detection/detection.ts')).benchDetection(args),
  },
  ingest: {
    prints:
      'durable spans a second over real OTLP, beside the store alone, a plain pipeline and ClickHouse; --soak, --help',
    run: async args => (await import('./ingest/ingest.ts')).benchIngest(args),
  },
  overhead: {
    prints: 'CPU a message and a connection of a ws server, and memory a connection: bare, ours and two peers',
    run: async args => (await import('./overhead/overhead.ts')).benchOverhead(args),
  },
  path: {
    prints: "CPU time of a message inside ws, from the receiver to the application's listener, bare and instrumented",
    run: async args => (await import('./path/path.ts')).benchPath(args),
  },
  query: {
    prints: "what the store's reads cost over 1, 10 and 30 days, and bytes a row; beside ClickHouse; --closes, --help",
    run: async args => (await import('./query/query.ts')).benchQuery(args),
  },
  returns: {
    prints: 'verdicts on clean waves, quiet services, timeouts and spikes of codes, and how soon; --only, --help',
    run: async args => (await import('./returns/returns.ts')).benchReturns(args),
  },
  waves: {
    prints:
      'how often waves are named rightly (confusion matrices), bugs missed inside them, and pages of clean ones; --help',
    run: async args => (await import('./waves/waves.ts')).benchWaves(args),
  },
};

const name = process.argv[2];
const chosen = name === undefined ? undefined : benchmarks[name];
if (chosen) {
  await chosen.run(process.argv.slice(3));
} else {
  if (name !== undefined)
    console.error(`bench: expected one of ${Object.keys(benchmarks).join(', ')}, got "${name}"\n`);
  for (const [key, { prints }] of Object.entries(benchmarks))
    console.log(`npm run bench -- ${key.padEnd(10)} ${prints}`);
  process.exitCode = name === undefined ? 0 : 2;
}
