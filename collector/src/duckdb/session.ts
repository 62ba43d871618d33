import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { DuckDBDataChunk } from '@duckdb/node-api';
import type { EventBatch } from '../batch/event-batch.ts';
import { appendRows } from './append-rows.ts';
import type { EventChunk } from './event-chunk.ts';
import { ALL_FIELDS, type EventSelection } from './event-table.ts';
import { type EventRows, eventsFromChunk } from './events-from-chunk.ts';
import { ResultTexts } from './result-texts.ts';
import { expectTypes } from './result-types.ts';
import type { RowSet } from './row-set.ts';

/** A value that a row gives. Numbers are doubles in SQL: statements cast where they need another type. */
type SqlValue = string | number | boolean | null;
/** Values that a statement takes, by name; lists and 64-bit numbers are DuckDB's own. */
export type Parameters = Record<string, DuckDBValue>;

/** What a read may do. */
export interface ReadSession {
  /** Rows as objects by column alias. The statement selects only text, doubles, small integers and booleans. */
  rows<Row>(sql: string, parameters?: Parameters, types?: Record<string, DuckDBType>): Promise<Row[]>;
  /** Chunks of a result as they are made, to be read before the next one; throws where its columns are not of these types. */
  chunks(sql: string, parameters: Parameters, types: readonly string[]): AsyncGenerator<DuckDBDataChunk>;
  /** Events, in the order of the statement, which selects ALL_FIELDS, or what else is given, of tables `close_events`. */
  events(sql: string, parameters?: Parameters, selection?: EventSelection): Promise<EventRows>;
}

/** What a transaction may do. It writes to one file: the main one, or a day's. */
export interface WriteSession extends ReadSession {
  /** Runs a statement; gives the number of rows that it changed. */
  run(sql: string, parameters?: Parameters): Promise<number>;
  /** Appends rows of a batch to `close_events` of an attached file; their sequences count on from `firstSequence`. */
  appendEvents(catalog: string, batch: EventBatch, rows: RowSet, firstSequence: number): Promise<void>;
  /** Appends rows, 2,048 at most, given as columns, to another table of an attached file. */
  append(catalog: string, table: string, types: readonly DuckDBType[], columns: SqlValue[][]): Promise<void>;
}

export function readSession(connection: DuckDBConnection): ReadSession {
  const chunks = (sql: string, parameters: Parameters, types: readonly string[]) =>
    chunksOf(connection, sql, parameters, types);
  return {
    chunks,
    async rows<Row>(sql: string, parameters?: Parameters, types?: Record<string, DuckDBType>) {
      const reader = await connection.runAndReadAll(sql, parameters, types);
      return rowsFromColumns(reader.columnNames(), reader.getColumns()) as Row[];
    },
    async events(sql, parameters = {}, selection = ALL_FIELDS) {
      const texts = new ResultTexts();
      const all: EventRows = { events: [], lastSequence: 0 };
      for await (const chunk of chunks(sql, parameters, selection.types)) {
        const { events, lastSequence } = eventsFromChunk(chunk, selection, texts);
        for (const event of events) all.events.push(event);
        all.lastSequence = lastSequence;
      }
      return all;
    },
  };
}

/**
 * Chunks as they are made, so that DuckDB holds a megabyte of a result and not all of it: a result that was kept whole is only freed
 * when the collector of garbage finds its handle, whose weight it does not know.
 */
async function* chunksOf(
  connection: DuckDBConnection,
  sql: string,
  parameters: Parameters,
  types: readonly string[],
): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql, parameters);
  expectTypes(types, result.columnTypes());
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield chunk;
  }
}

export function writeSession(connection: DuckDBConnection, chunk: EventChunk): WriteSession {
  return {
    ...readSession(connection),
    async run(sql, parameters) {
      const result = await connection.run(sql, parameters);
      return result.rowsChanged;
    },
    appendEvents: (catalog, batch, rows, firstSequence) =>
      chunk.append(connection, catalog, batch, rows, firstSequence),
    async append(catalog, table, types, columns) {
      const rows = DuckDBDataChunk.create(types);
      rows.setColumns(columns);
      await appendRows(connection, catalog, table, appender => appender.appendDataChunk(rows));
    },
  };
}

/** From whole columns, as DuckDB holds them, to rows. */
function rowsFromColumns(names: readonly string[], columns: readonly unknown[][]): Record<string, unknown>[] {
  const blank: Record<string, unknown> = Object.fromEntries(names.map(name => [name, null]));
  return Array.from({ length: columns[0]?.length ?? 0 }, (_, index) => {
    const row = { ...blank };
    for (let column = 0; column < columns.length; column++) {
      const value = columns[column]![index];
      if (value !== null) row[names[column]!] = value;
    }
    return row;
  });
}
