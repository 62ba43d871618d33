import { CREATE_BASELINES, migrateToBaselines } from './baselines.ts';
import type { DayFiles } from './day-files.ts';
import { tooNew } from './day-schema.ts';
import type { FileSession } from './file-session.ts';
import { migrateSingleFile } from './migrate-single-file.ts';
import { CREATE_ROLLUP } from './rollup.ts';
import { CREATE_SILENCES } from './silences.ts';

/** Version of the tables of the main file. A change of them adds a migration and raises it. */
const SCHEMA_VERSION = 3;

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
  CREATE_SILENCES,
  CREATE_BASELINES,
  ...CREATE_ROLLUP,
];

const READ_VERSION = `SELECT (SELECT max(version) FROM schema_version)::DOUBLE AS version`;
const HAS_VERSION = `SELECT count(*)::DOUBLE AS tables FROM duckdb_tables()
  WHERE database_name = current_database() AND table_name = 'schema_version'`;

/** By the version that each starts from. One that is cut short is done over again from the start. */
const MIGRATIONS: Record<number, (files: FileSession, days: DayFiles) => Promise<void>> = {
  1: migrateSingleFile,
  2: migrateToBaselines,
};

/** Makes the tables of a new folder, brings those of an older version up to date, and refuses those of a newer one. Throws StoreError. */
export async function prepareSchema(files: FileSession, days: DayFiles, file: string): Promise<void> {
  const [found] = await files.rows<{ tables: number }>(HAS_VERSION);
  if (found?.tables === 0) await createTables(files);
  for (;;) {
    const version = (await files.rows<{ version: number | null }>(READ_VERSION))[0]?.version ?? 0;
    if (version === SCHEMA_VERSION) return;
    const migrate = MIGRATIONS[version];
    if (migrate === undefined) throw tooNew(file, SCHEMA_VERSION, version);
    await migrate(files, days);
  }
}

async function createTables(files: FileSession): Promise<void> {
  await files.run('BEGIN');
  for (const statement of CREATE_TABLES) await files.run(statement);
  await files.run(`INSERT INTO schema_version VALUES (${SCHEMA_VERSION})`);
  await files.run('COMMIT');
}
