import { randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ExportQuery } from '../export-query.ts';
import { within } from './counted-fields.ts';
import type { Database } from './database.ts';
import type { DayCatalogue } from './day-catalogue.ts';
import { type DaySource, relationOf } from './day-relation.ts';
import { TABLE_COLUMNS } from './event-table.ts';
import { COPY_OPTIONS, plainRows } from './parquet-day.ts';
import { quoted } from './quoted.ts';

const FOLDER = 'exports';

const FORMATS: Record<ExportQuery['format'], string> = {
  parquet: COPY_OPTIONS,
  csv: 'FORMAT csv, HEADER true',
  json: 'FORMAT json',
};

/** Takes away what an export left that was cut short with the process. */
export function removeOldExports(dataFolder: string): void {
  rmSync(join(dataFolder, FOLDER), { recursive: true, force: true });
}

/**
 * Writes events into a file in the data folder, whole and in no order (`sequence` is the one in which they came), and gives its bytes; the file goes when they are read or left. A Parquet file
 * has what it needs to be read at its end, so that it can't be sent while it is made; memory stays under DuckDB's limit.
 */
export async function* exportEvents(
  database: Database,
  catalogue: DayCatalogue,
  { from, to, format }: ExportQuery,
): AsyncGenerator<Uint8Array> {
  const folder = join(database.folder, FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomUUID()}.${format}`);
  try {
    const statement = () => exportStatement(catalogue.overlapping(from, to), { from, to, format }, path);
    await database.withRewritingMemory(() => database.withRead(session => session.rows(statement())));
    yield* createReadStream(path);
  } finally {
    rmSync(path, { force: true });
    if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
  }
}

function exportStatement(days: readonly DaySource[], { from, to, format }: ExportQuery, path: string): string {
  const rows = days.map(day => plainRows(relationOf(day), within(from, to, 'e.time')));
  return `COPY (${rows.length > 0 ? rows.join('\nUNION ALL\n') : noRows()}) TO ${quoted(path)} (${FORMATS[format]})`;
}

/** The columns alone, where no day has rows in the range. */
function noRows(): string {
  const columns = TABLE_COLUMNS.map(({ name, sql }) => `NULL::${sql} AS ${name}`);
  return plainRows(`(SELECT NULL::BIGINT AS sequence, ${columns.join(', ')})`, 'false');
}
