import { type DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { EventBatch } from '../batch/event-batch.ts';
import { appendRows } from './append-rows.ts';
import { ChunkTexts } from './chunk-texts.ts';
import { TABLE_COLUMNS, type TableColumn } from './event-table.ts';
import { fillVector } from './fill-vector.ts';
import type { RowSet } from './row-set.ts';

/** Rows of a DuckDB vector, and so of a data chunk. */
export const CHUNK_ROWS = 2_048;

/**
 * Appends rows of a batch to a table `close_events` by copies of memory: no value of a cell becomes a JavaScript value. One chunk is
 * filled again and again, as DuckDB copies what it is given, and the collector of garbage does not see how large chunks are.
 */
export class EventChunk {
  readonly #chunk = new DuckDBDataChunk(
    duckdb.create_data_chunk([logicalType('bigint'), ...TABLE_COLUMNS.map(typeOf)]),
  );
  readonly #sequences = new BigInt64Array(CHUNK_ROWS);
  /** Where a column's values are put together before they are copied; two 64-bit words a row at most. */
  readonly #scratch = new ArrayBuffer(CHUNK_ROWS * 16);
  readonly #texts = new ChunkTexts();

  /** Appends to the table of an attached file, in the connection's transaction; sequences count on from `firstSequence`. */
  async append(
    connection: DuckDBConnection,
    catalog: string,
    batch: EventBatch,
    { rows, count }: RowSet,
    firstSequence: number,
  ): Promise<void> {
    await appendRows(connection, catalog, 'close_events', appender => {
      for (let start = 0; start < count; start += CHUNK_ROWS) {
        this.#fill(batch, rows.subarray(start, Math.min(start + CHUNK_ROWS, count)), firstSequence + start);
        appender.appendDataChunk(this.#chunk);
      }
    });
  }

  #fill(batch: EventBatch, rows: Uint32Array, firstSequence: number): void {
    const { chunk } = this.#chunk;
    duckdb.data_chunk_reset(chunk);
    for (let index = 0; index < rows.length; index++) this.#sequences[index] = BigInt(firstSequence + index);
    duckdb.copy_data_to_vector(duckdb.data_chunk_get_vector(chunk, 0), 0, this.#sequences.buffer, 0, rows.length * 8);
    for (const [index, tableColumn] of TABLE_COLUMNS.entries()) {
      const vector = duckdb.data_chunk_get_vector(chunk, index + 1);
      fillVector(vector, tableColumn, batch, rows, this.#scratch, this.#texts);
    }
    duckdb.data_chunk_set_size(chunk, rows.length);
  }
}

function typeOf({ physical, column }: TableColumn) {
  return physical === 'enum' ? duckdb.create_enum_type(column.type.names!) : logicalType(physical);
}

function logicalType(physical: Exclude<TableColumn['physical'], 'enum'>) {
  return duckdb.create_logical_type(duckdb.Type[physical.toUpperCase() as 'BIGINT']);
}
