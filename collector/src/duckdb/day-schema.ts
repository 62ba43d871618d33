import { StoreError } from '../store-error.ts';
import { EVENT_TABLE } from './event-table.ts';
import type { FileSession } from './file-session.ts';

/** Version of the tables of a day's file. A change of them adds a migration and raises it. */
const DAY_SCHEMA_VERSION = 1;

/**
 * Makes the tables of a day's file, in the catalog that it is attached as. Without indexes, as those of the main file. `lastSequence` is
 * that of the last row before the day.
 */
export async function createDayTables(files: FileSession, catalog: string, lastSequence: number): Promise<void> {
  await files.run(`CREATE TABLE "${catalog}".close_events ${EVENT_TABLE}`);
  await files.run(`CREATE TABLE "${catalog}".gauge_samples (service VARCHAR NOT NULL, service_version VARCHAR,
    instance VARCHAR, environment VARCHAR, role VARCHAR NOT NULL, time DOUBLE NOT NULL, received_at DOUBLE NOT NULL,
    connections DOUBLE NOT NULL)`);
  await files.run(`CREATE TABLE "${catalog}".day_file (version INTEGER NOT NULL, begun_after BIGINT NOT NULL)`);
  await files.run(`INSERT INTO "${catalog}".day_file VALUES (${DAY_SCHEMA_VERSION}, ${lastSequence})`);
}

/** What a day's file says of itself. */
export interface DayFile {
  version: number;
  /** Sequence of the last row before the day: kept, as the rows may be gone when it is asked for. */
  begunAfter: number;
}

/** Throws StoreError where a newer version wrote the file. */
export async function readDayFile(files: FileSession, catalog: string, path: string): Promise<DayFile> {
  const [file] = await files.rows<DayFile>(
    `SELECT version::DOUBLE AS version, begun_after::DOUBLE AS "begunAfter" FROM "${catalog}".day_file`,
  );
  return expectDayVersion(file!, path);
}

/** Throws StoreError where a newer version wrote the file. */
export function expectDayVersion(file: DayFile, path: string): DayFile {
  if (file.version > DAY_SCHEMA_VERSION) throw tooNew(path, DAY_SCHEMA_VERSION, file.version);
  return file;
}

/** The refusal of a file that a newer Closewatch wrote. */
export function tooNew(path: string, expected: number, got: number): StoreError {
  return new StoreError(
    'STORE_SCHEMA_TOO_NEW',
    `expected schema version ${expected} or older in ${path}, got ${got}: use the newer Closewatch that wrote it`,
  );
}
