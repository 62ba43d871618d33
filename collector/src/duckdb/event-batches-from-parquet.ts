import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { EventBatch } from '../batch/event-batch.ts';
import { TextInterner } from '../batch/text-interner.ts';
import type { CloseEvent } from '../close-event.ts';
import { COLUMNS, PLACE } from '../columns.ts';
import { fillBatch, plainTypeOf } from './batch-from-chunk.ts';
import { quoted } from './quoted.ts';
import { readSession } from './session.ts';

/** What DuckDB may use; where it has to sort, more lies on the disk. */
const MEMORY_LIMIT = '256MB';
const CHUNK_ROWS = 2_048;
/** A new interner begins when the texts of this one take so much. Bytes. */
const TEXTS_KEPT = 32 * 1024 * 1024; // 32 MiB: a million client ids
/** Rows this far behind an earlier one's time are out of order. Microseconds. */
const OUT_OF_ORDER = 900_000_000; // 15 min, as late as a live row may be
/** As long as no more of them are, rows are taken as they lie; else they are sorted first. */
const OUT_OF_ORDER_SHARE = 0.001;

/**
 * Some fields of the events of a Parquet file that the store wrote, as an archived day or an export: batches of up to 2,048 rows,
 * each good until the next one is asked for. They come as they lie in the file, which is the order of their receipt, or by
 * time where that is another one. Their receipt is their own time, as in every replay. DuckDB reads on while a batch is looked at. Throws
 * where the file is missing, or none of ours.
 */
export async function* eventBatchesFromParquet(
  path: string,
  fields: readonly (keyof CloseEvent)[],
): AsyncGenerator<EventBatch> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    // One reads while JavaScript looks at what was read: two would need twice the memory, and the third core.
    threads: '1',
    temp_directory: join(tmpdir(), `closewatch-replay-${process.pid}`),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    const columns = COLUMNS.filter(({ field }) => fields.includes(field) && field !== 'receivedAt');
    const select = columns.map(column => `${column.name}::${plainTypeOf(column)} AS ${column.name}`).join(', ');
    const order = (await isInOrder(connection, path)) ? '' : 'ORDER BY time, sequence';
    const sql = `SELECT ${select} FROM read_parquet(${quoted(path)}) ${order}`;
    const chunks = readSession(connection).chunks(sql, {}, columns.map(plainTypeOf));
    let batch = new EventBatch(new TextInterner(), CHUNK_ROWS);
    for await (const chunk of ahead(chunks)) {
      batch.truncate(0);
      if (batch.texts.bytes > TEXTS_KEPT) batch = new EventBatch(new TextInterner(), CHUNK_ROWS);
      fillBatch(batch, chunk, columns);
      batch.columns[PLACE.receivedAt]!.numbers.set(batch.columns[PLACE.time]!.numbers.subarray(0, batch.rows));
      yield batch;
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Asks for each item while the one before is looked at. */
async function* ahead<Item>(items: AsyncGenerator<Item>): AsyncGenerator<Item> {
  let next = items.next();
  for (;;) {
    const { value, done } = await next;
    if (done) return;
    next = items.next();
    yield value;
  }
}

/** Whether next to no row lies behind one that is much later: found out by reading the times alone. */
async function isInOrder(connection: DuckDBConnection, path: string): Promise<boolean> {
  const sql = `SELECT epoch_us(time)::DOUBLE AS time FROM read_parquet(${quoted(path)})`;
  let [rows, behind, latest] = [0, 0, 0];
  for await (const { chunk } of ahead(readSession(connection).chunks(sql, {}, ['DOUBLE']))) {
    const count = duckdb.data_chunk_get_size(chunk);
    const vector = duckdb.data_chunk_get_vector(chunk, 0);
    const times = new Float64Array(duckdb.vector_get_data(vector, count * 8).buffer as ArrayBuffer);
    rows += count;
    for (const time of times) {
      if (time > latest) latest = time;
      else if (time < latest - OUT_OF_ORDER) behind++;
    }
  }
  return behind <= rows * OUT_OF_ORDER_SHARE;
}
