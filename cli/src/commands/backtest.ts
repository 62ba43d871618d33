import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import {
  type BacktestAlarm,
  backtest,
  backtestSettings,
  type CountSeries,
  CountsError,
  countsFromCsv,
  countsFromPrometheus,
} from '@closewatch/analyzer';
import type { Config } from '../config/config-schema.ts';
import { ProgressBar, type Terminal } from '../progress-bar.ts';
import { UsageError } from '../usage-error.ts';

/** The first byte that is no space of a JSON answer. */
const OPENING_BRACE = '{';
const HEAD_BYTES = 64;

/**
 * Counts in, alarms out: reads CSV (`time,count[,exposure]`) or the JSON of a Prometheus `query_range`, and runs the detector of payload bugs over it.
 *
 * @throws UsageError naming the file, the line, what was expected and what came
 */
export async function backtestFile(file: string, config: Config, terminal: Terminal): Promise<BacktestAlarm[]> {
  try {
    const series = await readCounts(file, terminal);
    return backtest(series, backtestSettings(series.binSeconds, config.detection.budget.rate));
  } catch (cause) {
    if (cause instanceof CountsError) throw new UsageError(`${file}: ${cause.message}`, { cause });
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw new UsageError(`${file}: expected a file of counts: ${(cause as Error).message}`, { cause });
  }
}

async function readCounts(file: string, terminal: Terminal): Promise<CountSeries> {
  if ((await headOf(file)).trimStart().startsWith(OPENING_BRACE))
    return countsFromPrometheus(await readFile(file, 'utf8'));
  const bar = new ProgressBar(terminal, 'reading', (await stat(file)).size);
  try {
    return await countsFromCsv(linesOf(file, bar));
  } finally {
    bar.end();
  }
}

async function headOf(file: string): Promise<string> {
  for await (const chunk of createReadStream(file, { end: HEAD_BYTES - 1, encoding: 'utf8' })) return chunk as string;
  return '';
}

async function* linesOf(file: string, bar: ProgressBar): AsyncGenerator<string> {
  const input = createReadStream(file);
  input.on('data', chunk => bar.add(chunk.length));
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}

/** An alarm as one line of JSON, as `--json` prints it. */
export function alarmAsJsonLine(alarm: BacktestAlarm): string {
  return `${JSON.stringify(alarm)}\n`;
}

/** An alarm in words, for a terminal. */
export function alarmAsText({ startedAt, detectedAt, endedAt, count, expected, ratio }: BacktestAlarm): string {
  const rounded = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
  const times = `from ${startedAt}, found at ${detectedAt}, ${endedAt === null ? 'still running' : `until ${endedAt}`}`;
  return `${count.toLocaleString('en')} where ${rounded(expected)} were expected (${rounded(ratio)}x): ${times}\n`;
}
