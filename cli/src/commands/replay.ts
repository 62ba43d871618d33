import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { ANALYZED_FIELDS, replay, type Verdict } from '@closewatch/analyzer';
import { type EventBatch, eventBatchesFromParquet, OtlpLineReader } from '@closewatch/collector';
import { analyzerSettings } from '../config/analyzer-settings.ts';
import type { Config } from '../config/config-schema.ts';
import { UsageError } from '../usage-error.ts';

/**
 * History in, verdicts out: reads OTLP JSON lines (plain or .gz), one ExportTraceServiceRequest a line, and exported Parquet files
 * (.parquet), file after file.
 *
 * @returns each verdict once, in its final state, by `startedAt`
 * @throws UsageError naming the file and the line that can't be read
 */
export function replayFiles(files: readonly string[], config: Config): Promise<Verdict[]> {
  return replay(batchesFromFiles(files), analyzerSettings(config));
}

async function* batchesFromFiles(files: readonly string[]): AsyncGenerator<EventBatch> {
  const lines = new OtlpLineReader();
  for (const file of files) {
    if (file.endsWith('.parquet')) {
      yield* batchesFromParquet(file);
      continue;
    }
    let number = 0;
    try {
      for await (const line of linesOf(file)) {
        number += 1;
        if (line.trim() !== '') yield lines.read(line);
      }
    } catch (cause) {
      const where = number === 0 ? file : `${file}:${number}`;
      throw new UsageError(
        `${where}: expected OTLP JSON, one ExportTraceServiceRequest a line: ${(cause as Error).message}`,
        { cause },
      );
    }
  }
}

async function* batchesFromParquet(file: string): AsyncGenerator<EventBatch> {
  try {
    yield* eventBatchesFromParquet(file, ANALYZED_FIELDS);
  } catch (cause) {
    const problem = (cause as Error).message.split('\n', 1)[0];
    throw new UsageError(`${file}: expected a Parquet file that closewatch wrote: ${problem}`, { cause });
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const raw = createReadStream(file);
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', problem => input.destroy(problem)); // pipe() does not pass errors on
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}
