import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type CloseEvent, EventBatch, openDuckDbStore, otlpLinesFromEvents, type Store } from '@closewatch/collector';
import { DuckDBInstance } from '@duckdb/node-api';
import { type HistoryShape, narrowTable, wideRows } from './history-rows.ts';

/** Rows read from the store at once for the lines. */
const PAGE = 20_000;

/**
 * Writes a history as what the product makes of one that it has stored: a Parquet export, and OTLP lines of its first rows. The
 * store makes the day's file, and the rows are inserted in bulk, as appending them would take longer than all the rest.
 */
export async function makeHistory(
  shape: HistoryShape,
  parquet: string,
  lines: string,
  lineRows: number,
): Promise<void> {
  const folder = `${parquet}.store`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const now = () => shape.begins + shape.seconds * 1_000;
  const opened = await openDuckDbStore({ folder, archive: {}, now: () => shape.begins });
  await opened.appendEvents(EventBatch.of([placeholder(shape.begins)]));
  await opened.close();
  await fill(join(folder, 'days', `${new Date(shape.begins).toISOString().slice(0, 10)}.duckdb`), shape);
  const store = await openDuckDbStore({ folder, archive: {}, now });
  await writeFile(`${parquet}.new`, store.exportEvents({ from: 0, to: Number.POSITIVE_INFINITY, format: 'parquet' }));
  await pipeline(linesOf(store, lineRows), createWriteStream(lines));
  await store.close();
  rmSync(folder, { recursive: true });
  renameSync(`${parquet}.new`, parquet);
}

async function fill(file: string, shape: HistoryShape): Promise<void> {
  const options = { memory_limit: '3GB', temp_directory: join(dirname(file), 'tmp') };
  const instance = await DuckDBInstance.create(':memory:', options);
  const connection = await instance.connect();
  await connection.run(narrowTable(shape));
  await connection.run(`ATTACH '${file}' AS day`);
  await connection.run('DELETE FROM day.close_events');
  await connection.run(`INSERT INTO day.close_events BY NAME ${wideRows(shape.seed)}`);
  await connection.run('DETACH day');
  connection.closeSync();
  instance.closeSync();
}

async function* linesOf(store: Store, rows: number): AsyncGenerator<string> {
  for (let after = 0; after < rows; ) {
    const page = await store.readEventsAfter(after, Math.min(PAGE, rows - after));
    if (page.events.length === 0) return;
    for (const line of otlpLinesFromEvents(page.events)) yield `${line}\n`;
    after = page.sequence;
  }
}

/** Any row: the store makes a day's file when one comes. */
function placeholder(at: number): CloseEvent {
  const blank = new EventBatch();
  blank.addRow();
  const times = { startedAt: at, endedAt: at, time: at, receivedAt: at };
  const ids = { traceId: '1'.padStart(32, '0'), spanId: '1'.padStart(16, '0') };
  return { ...blank.eventAt(0), ...times, ...ids, kind: 'close', failed: false, service: 'gateway', role: 'server' };
}
