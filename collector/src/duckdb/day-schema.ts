import { StoreError } from '../store-error.ts';
import { EVENT_TABLE } from './event-table.ts';
import type { FileSession } from './file-session.ts';

/** Version of the tables of a day's file. A change of them adds a migration and raises it. */
const DAY_SCHEMA_VERSION = 1;

/** Makes the tables of a day's file, in the catalog that it is attached as. Without indexes, as those of the main file. */
export async function createDayTables(files: FileSession, catalog: string): Promise<void> {
  await files.run(`CREATE TABLE "${catalog}".close_events ${EVENT_TABLE}`);
  await files.run(`CREATE TABLE "${catalog}".gauge_samples (service VARCHAR NOT NULL, service_version VARCHAR,
    instance VARCHAR, environment VARCHAR, role VARCHAR NOT NULL, time DOUBLE NOT NULL, received_at DOUBLE NOT NULL,
    connections DOUBLE NOT NULL)`);
  await files.run(`CREATE TABLE "${catalog}".schema_version (version INTEGER NOT NULL)`);
  await files.run(`INSERT INTO "${catalog}".schema_version VALUES (${DAY_SCHEMA_VERSION})`);
}

/** Throws StoreError where a newer version wrote the file. */
export async function expectDayVersion(files: FileSession, catalog: string, path: string): Promise<void> {
  const [row] = await files.rows<{ version: number }>(
    `SELECT max(version)::DOUBLE AS version FROM "${catalog}".schema_version`,
  );
  if (row!.version > DAY_SCHEMA_VERSION) throw tooNew(path, DAY_SCHEMA_VERSION, row!.version);
}

/** The refusal of a file that a newer Closewatch wrote. */
export function tooNew(path: string, expected: number, got: number): StoreError {
  return new StoreError(
    'STORE_SCHEMA_TOO_NEW',
    `expected schema version ${expected} or older in ${path}, got ${got}: use the newer Closewatch that wrote it`,
  );
}
