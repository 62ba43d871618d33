import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { CloseEvent } from '../close-event.ts';
import { ALL_FIELDS } from './event-table.ts';
import { eventsFromChunk } from './events-from-chunk.ts';
import { parquetRelation } from './parquet-day.ts';
import { ResultTexts } from './result-texts.ts';
import { readSession } from './session.ts';

/** What DuckDB may use while it sorts; more lies on the disk. */
const MEMORY_LIMIT = '1GB';

/**
 * The events of a Parquet file that the store wrote, as an archived day or an export, by time; up to 2,048 a page. Their receipt is their own time, as in
 * every replay. Throws where the file is missing, or none of ours.
 */
export async function* closeEventsFromParquet(path: string): AsyncGenerator<CloseEvent[]> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    temp_directory: join(tmpdir(), `closewatch-replay-${process.pid}`),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    const sql = `SELECT ${ALL_FIELDS.sql} FROM ${parquetRelation(path, true)} ORDER BY time, sequence`;
    const texts = new ResultTexts();
    for await (const chunk of readSession(connection).chunks(sql, {}, ALL_FIELDS.types)) {
      const { events } = eventsFromChunk(chunk, ALL_FIELDS, texts);
      yield events.map(event => ({ ...event, receivedAt: event.time }));
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
