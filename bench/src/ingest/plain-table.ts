import type { CloseEvent } from '@closewatch/collector';
import { type DuckDBAppender, type DuckDBConnection, DuckDBInstance, DuckDBTimestampValue } from '@duckdb/node-api';
import { type FieldKind, fieldKinds } from './field-kind.ts';
import type { PlainRow } from './plain-rows.ts';

const TYPES: Record<FieldKind, string> = {
  traceId: 'VARCHAR',
  spanId: 'VARCHAR',
  instant: 'TIMESTAMP',
  flag: 'BOOLEAN',
  uint16: 'USMALLINT',
  number: 'DOUBLE',
  repeated: 'VARCHAR',
  text: 'VARCHAR',
};

/** One table in one DuckDB file, given rows through the client's row appender. */
export class PlainTable {
  readonly #kinds: [keyof CloseEvent, FieldKind][];
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection, kinds: [keyof CloseEvent, FieldKind][]) {
    this.#connection = connection;
    this.#kinds = kinds;
  }

  /** With the columns of such an event. A checkpoint every 256 MB of log, as the default of 16 MB stalls writers. */
  static async open(path: string, event: CloseEvent): Promise<PlainTable> {
    const kinds = [...fieldKinds(event)];
    const instance = await DuckDBInstance.create(path, { checkpoint_threshold: '256MB' });
    const connection = await instance.connect();
    const columns = kinds.map(([field, kind]) => `${field} ${TYPES[kind]}`);
    await connection.run(`CREATE TABLE IF NOT EXISTS close_events (${columns.join(', ')})`);
    return new PlainTable(connection, kinds);
  }

  /** One commit. */
  async append(rows: readonly PlainRow[]): Promise<void> {
    await this.#connection.run('BEGIN');
    const appender = await this.#connection.createAppender('close_events');
    for (const row of rows) {
      for (const [field, kind] of this.#kinds) appendValue(appender, kind, row[field]);
      appender.endRow();
    }
    appender.closeSync();
    await this.#connection.run('COMMIT');
  }

  async count(): Promise<number> {
    const reader = await this.#connection.runAndReadAll('SELECT count(*)::INTEGER FROM close_events');
    return Number(reader.getRows()[0]?.[0]);
  }
}

function appendValue(appender: DuckDBAppender, kind: FieldKind, value: unknown): void {
  if (value === undefined || value === null) appender.appendNull();
  else if (kind === 'instant')
    appender.appendTimestamp(new DuckDBTimestampValue(BigInt(Math.round((value as number) * 1_000))));
  else if (kind === 'flag') appender.appendBoolean(value as boolean);
  else if (kind === 'uint16') appender.appendUSmallInt(value as number);
  else if (kind === 'number') appender.appendDouble(value as number);
  else appender.appendVarchar(value as string);
}
