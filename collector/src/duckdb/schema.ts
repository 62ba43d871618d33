import { tooNew } from './day-schema.ts';
import { CREATE_ROLLUP } from './rollup.ts';
import type { WriteSession } from './session.ts';

/** Version of the tables of the main file. A change of them adds a migration and raises it. */
const SCHEMA_VERSION = 2;

/**
 * The tables. No primary keys or indexes: they cost on every append, and replaying them after a crash is DuckDB's weakest
 * part; keys are kept unique by the statements, and rows of one time lie together, so zone maps find them.
 */
const CREATE_TABLES = [
  'CREATE TABLE schema_version (version INTEGER NOT NULL)',
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
  `CREATE TABLE silences (id VARCHAR NOT NULL, matchers VARCHAR, starts_at TIMESTAMP, ends_at TIMESTAMP, author VARCHAR,
     reason VARCHAR)`,
  ...CREATE_ROLLUP,
];

const READ_VERSION = `SELECT (SELECT max(version) FROM schema_version)::DOUBLE AS version`;
const HAS_VERSION = `SELECT count(*)::DOUBLE AS tables FROM duckdb_tables()
  WHERE database_name = current_database() AND table_name = 'schema_version'`;

/** Makes the tables of a new folder, and refuses those of a newer version. Throws StoreError. */
export async function prepareSchema(session: WriteSession, file: string): Promise<void> {
  const [found] = await session.rows<{ tables: number }>(HAS_VERSION);
  if (found?.tables === 0) {
    for (const statement of CREATE_TABLES) await session.run(statement);
    await session.run('INSERT INTO schema_version VALUES ($version)', { version: SCHEMA_VERSION });
  }
  const version = (await session.rows<{ version: number | null }>(READ_VERSION))[0]?.version ?? 0;
  if (version > SCHEMA_VERSION) throw tooNew(file, SCHEMA_VERSION, version);
}
