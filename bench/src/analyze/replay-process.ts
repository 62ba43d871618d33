import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ANALYZED_FIELDS, replay } from '@closewatch/analyzer';
import { type EventBatch, eventBatchesFromParquet, OtlpLineReader } from '@closewatch/collector';

/** What a process of its own says of one replay, or of parsing the same lines. */
export interface ReplayFigures {
  rows: number;
  seconds: number;
  /** CPU seconds of the JavaScript thread, and of all threads. */
  mainCpu: number;
  cpu: number;
  /** Most memory that it ever had, MiB. */
  peakMiB: number;
  /** How many verdicts of each kind. */
  verdicts: Record<string, number>;
}

const [, , how, file] = process.argv;
const began = performance.now();
let rows = 0;
const verdicts: Record<string, number> = {};
if (how === 'parse') await parse(file!);
else {
  const batches = how === 'parquet' ? eventBatchesFromParquet(file!, ANALYZED_FIELDS) : batchesOfLines(file!);
  for (const { kind } of await replay(counted(batches))) verdicts[kind] = (verdicts[kind] ?? 0) + 1;
}
const { user, system } = process.cpuUsage();
const main = process.threadCpuUsage();
const figures: ReplayFigures = {
  rows,
  seconds: (performance.now() - began) / 1_000,
  mainCpu: (main.user + main.system) / 1e6,
  cpu: (user + system) / 1e6,
  peakMiB: process.resourceUsage().maxRSS / 1_024,
  verdicts,
};
console.log(JSON.stringify(figures));

async function* counted(batches: AsyncIterable<EventBatch>): AsyncGenerator<EventBatch> {
  for await (const batch of batches) {
    rows += batch.rows;
    yield batch;
  }
}

async function* batchesOfLines(path: string): AsyncGenerator<EventBatch> {
  const reader = new OtlpLineReader();
  for await (const line of linesIn(path)) yield reader.read(line);
}

/** What the lines cost whoever makes objects of them. */
async function parse(path: string): Promise<void> {
  for await (const line of linesIn(path)) {
    for (const { scopeSpans } of JSON.parse(line).resourceSpans)
      for (const { spans } of scopeSpans) rows += spans.length;
  }
}

function linesIn(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}
