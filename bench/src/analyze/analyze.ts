import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spreadOf, textOfSpread } from '../spread.ts';
import { makeHistory } from './make-history.ts';
import { type AnalyzeOptions, analyzeOptions, HELP } from './options.ts';
import type { ReplayFigures } from './replay-process.ts';
import { measureCohorts, measureTicks } from './ticks.ts';

const DAY = 86_400; // seconds
const BEGINS = Date.parse('2026-11-24');
const REPLAY = join(import.meta.dirname, 'replay-process.ts');

/** What a replay and a tick cost. */
export async function benchAnalyze(args: string[]): Promise<void> {
  const options = analyzeOptions(args);
  if (options.help) return console.log(HELP);
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'closewatch-analyze-'));
  mkdirSync(folder, { recursive: true });
  try {
    const isAsked = (name: string) => options.only === undefined || options.only === name;
    if (isAsked('parquet') || isAsked('lines')) await measureReplays(folder, options);
    if (isAsked('tick')) measureTicks(options.seed);
    if (isAsked('cohorts')) measureCohorts(options.seed);
  } finally {
    if (options.keep === undefined) rmSync(folder, { recursive: true });
  }
}

async function measureReplays(
  folder: string,
  { closes, connects, lines, runs, only, seed }: AnalyzeOptions,
): Promise<void> {
  const name = join(folder, `${closes}-${seed}-${connects ? 'connects' : 'closes'}`);
  const [parquet, otlp] = [`${name}.parquet`, `${name}-${lines}.jsonl`];
  const shape = { seed, begins: BEGINS, seconds: DAY, closes, withConnects: connects };
  if (!existsSync(parquet) || !existsSync(otlp)) await makeHistory(shape, parquet, otlp, lines);
  console.log(
    `a day of ${closes.toLocaleString('en')} closes, ${connects ? 'with' : 'without'} their connect rows, seed ${seed}; each run in a process of its own\n`,
  );
  console.log('| what | rows | seconds | us a row | CPU s, JavaScript thread | CPU s, all | peak MiB | verdicts |');
  console.log('|---|---|---|---|---|---|---|---|');
  if (only !== 'lines') await printRuns('replay of Parquet', 'parquet', parquet, runs);
  if (only === 'parquet') return;
  const parsing = await printRuns('JSON.parse of OTLP lines', 'parse', otlp, runs);
  const replaying = await printRuns('replay of OTLP lines', 'lines', otlp, runs);
  console.log(
    `\nreplay of lines over JSON.parse of them: ${(replaying / parsing).toFixed(2)} in time on the JavaScript thread\n`,
  );
}

/** Runs one replay as often as is asked, prints it, and returns the median of the JavaScript thread's seconds. */
async function printRuns(what: string, how: string, file: string, runs: number): Promise<number> {
  const all: ReplayFigures[] = [];
  for (let run = 0; run < runs; run++) all.push(await replayIn(how, file));
  const spread = (of: (figures: ReplayFigures) => number, digits = 1) => textOfSpread(spreadOf(all.map(of)), digits);
  const { rows, verdicts } = all[0]!;
  const kinds = Object.entries(verdicts).map(([kind, count]) => `${count} ${kind}`);
  const cells = [
    rows.toLocaleString('en'),
    spread(({ seconds }) => seconds),
    spread(({ seconds }) => (seconds * 1e6) / rows, 2),
    spread(({ mainCpu }) => mainCpu),
    spread(({ cpu }) => cpu),
    spread(({ peakMiB }) => peakMiB, 0),
  ];
  console.log(`| ${what} | ${cells.join(' | ')} | ${kinds.join(', ')} |`);
  return spreadOf(all.map(({ mainCpu }) => mainCpu)).median;
}

async function replayIn(how: string, file: string): Promise<ReplayFigures> {
  const { stdout } = await promisify(execFile)(process.execPath, [REPLAY, how, file]);
  return JSON.parse(stdout);
}
