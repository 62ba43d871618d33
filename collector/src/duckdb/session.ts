import { setImmediate } from 'node:timers/promises';
import {
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  USMALLINT,
  VARCHAR,
} from '@duckdb/node-api';
import type { ColumnType } from '../column-type.ts';

/** A value that a statement takes or a row gives. Numbers are doubles in SQL: statements cast where they need another type. */
type SqlValue = string | number | boolean | null;
type Parameters = Record<string, SqlValue>;

/** What a read may do. */
export interface ReadSession {
  /** Rows as objects by column alias. The statement selects only text, doubles, small integers and booleans. */
  rows<Row>(sql: string, parameters?: Parameters): Promise<Row[]>;
}

/** What a transaction may do. */
export interface WriteSession extends ReadSession {
  /** Runs a statement; gives the number of rows that it changed. */
  run(sql: string, parameters?: Parameters): Promise<number>;
  /**
   * Appends rows to a temporary table, in the types that it was made with. `columnsOf` gives the columns of the rows from `start` to
   * before `end`: a part at a time, so that neither memory nor the event loop is held by a large append.
   */
  append(
    table: string,
    types: readonly StagedType[],
    rowCount: number,
    columnsOf: (start: number, end: number) => SqlValue[][],
  ): Promise<void>;
}

/** Types in which JavaScript hands values over. */
export type StagedType = ColumnType<unknown>['staged'];

const TYPES: Record<StagedType, DuckDBType> = { VARCHAR, DOUBLE, BOOLEAN, USMALLINT };

/** Rows of a DuckDB vector, and so of a data chunk. */
const CHUNK_ROWS = 2_048;

export function readSession(connection: DuckDBConnection): ReadSession {
  return {
    async rows<Row>(sql: string, parameters?: Parameters) {
      const reader = await connection.runAndReadAll(sql, parameters);
      return rowsFromColumns(reader.columnNames(), reader.getColumns()) as Row[];
    },
  };
}

export function writeSession(connection: DuckDBConnection): WriteSession {
  return {
    ...readSession(connection),
    async run(sql, parameters) {
      const result = await connection.run(sql, parameters);
      return result.rowsChanged;
    },
    async append(table, types, rowCount, columnsOf) {
      const appender = await connection.createAppender(table, 'main', 'temp');
      const chunkTypes = types.map(type => TYPES[type]);
      for (let start = 0; start < rowCount; start += CHUNK_ROWS) {
        const chunk = DuckDBDataChunk.create(chunkTypes);
        chunk.setColumns(columnsOf(start, Math.min(start + CHUNK_ROWS, rowCount)));
        appender.appendDataChunk(chunk);
        await setImmediate();
      }
      appender.closeSync();
    },
  };
}

/** From whole columns, as DuckDB holds them, to rows; most of an event's fields are null, and those are there already. */
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
