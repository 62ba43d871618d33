import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { COLUMNS, type Column } from '../columns.ts';

/** How version 1 kept a column: ids of connections and choices as texts. */
function oldType({ type }: Column): string {
  switch (type.storage) {
    case 'id16':
      return 'UUID';
    case 'id8':
      return 'UBIGINT';
    case 'flag':
      return 'BOOLEAN';
    case 'instant':
      return 'TIMESTAMP';
    case 'number':
      return type.numbers === 'uint16' ? 'USMALLINT' : type.numbers === 'count' ? 'BIGINT' : 'DOUBLE';
    default:
      return 'VARCHAR';
  }
}

const LATER = new Set(['weight', 'clamped', 'trusted', 'emitter', 'sampling']);

/**
 * Makes a data folder as version 1 left it: `rows` closes in one file, 100 ms apart from `from` (epoch milliseconds) on, with trace ids as
 * `closeEvent` gives them by number, from 0, and a deploy.
 */
export async function makeSingleFileStore(folder: string, rows: number, from: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const instance = await DuckDBInstance.create(join(folder, 'closewatch.duckdb'));
  const connection = await instance.connect();
  const columns = COLUMNS.filter(({ name }) => !LATER.has(name));
  const time = `make_timestamp(${from * 1_000} + range * 100000)`;
  const values: Record<string, string> = {
    kind: "'close'",
    trace_id: "('a' || lpad(to_hex(range), 31, '0'))::UUID",
    span_id: "('0xb' || lpad(to_hex(range), 15, '0'))::UBIGINT",
    started_at: time,
    ended_at: time,
    time,
    received_at: time,
    failed: 'false',
    service: "'gateway'",
    role: "'server'",
    connection_id: "CASE WHEN range % 2 = 0 THEN '00e19b7ec3c1b170' ELSE 'socket 7' END",
    code: '1000',
  };
  for (const statement of [
    'CREATE TABLE schema_version (version INTEGER NOT NULL)',
    'INSERT INTO schema_version VALUES (1)',
    `CREATE TABLE close_events (sequence BIGINT NOT NULL, ${columns.map(c => `${c.name} ${oldType(c)}`).join(', ')})`,
    `INSERT INTO close_events (sequence, ${Object.keys(values).join(', ')})
      SELECT range + 1, ${Object.values(values).join(', ')} FROM range(${rows})`,
    `CREATE TABLE verdicts (id VARCHAR NOT NULL, kind VARCHAR, status VARCHAR, service VARCHAR, environment VARCHAR,
      started_at TIMESTAMP, ended_at TIMESTAMP, document VARCHAR)`,
    'CREATE SEQUENCE transition_position',
    `CREATE TABLE verdict_transitions (position BIGINT DEFAULT nextval('transition_position'),
      verdict_id VARCHAR NOT NULL, type VARCHAR, happened_at TIMESTAMP, document VARCHAR)`,
    'CREATE SEQUENCE message_position',
    `CREATE TABLE outbox (position BIGINT DEFAULT nextval('message_position'), id VARCHAR NOT NULL, verdict_id VARCHAR,
      channel VARCHAR, body VARCHAR, created_at TIMESTAMP, state VARCHAR DEFAULT 'due', attempts INTEGER DEFAULT 0,
      due_at TIMESTAMP, delivered_at TIMESTAMP, http_status USMALLINT, problem VARCHAR)`,
    `CREATE TABLE deploys (id VARCHAR NOT NULL, service VARCHAR, environment VARCHAR, version VARCHAR,
      started_at TIMESTAMP, finished_at TIMESTAMP, link VARCHAR)`,
    `INSERT INTO deploys VALUES ('d1', 'gateway', NULL, '1.8.2', make_timestamp(${from * 1_000}), NULL, NULL)`,
  ]) {
    await connection.run(statement);
  }
  connection.closeSync();
  instance.closeSync();
}
