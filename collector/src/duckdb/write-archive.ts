import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import type { CataloguedDay } from './day-catalogue.ts';
import { type ArchiveForm, allFilesOf, catalogOf, dayFileOf, gaugesFileOf } from './day-form.ts';
import { gaugeRelationOf, NO_PARTS, relationOf } from './day-relation.ts';
import { readDayFile } from './day-schema.ts';
import type { FileSession } from './file-session.ts';
import { packStatements } from './packed-day.ts';
import { parquetStatements } from './parquet-day.ts';
import { quoted } from './quoted.ts';

const UNFINISHED = '.new';

/**
 * A random column of 8 bytes fills whole blocks of 32,767 values: the 129,024 rows of these groups fill 3.94 of 4 blocks, where DuckDB's 122,880 fill 3.75. Sizes
 * that are no power of two need this version of its files.
 */
const PACKED_OPTIONS = `(STORAGE_VERSION 'v1.2.0', ROW_GROUP_SIZE 129024)`;

/**
 * Writes a closed day in another form beside its file. The new file gets its name last, when its bytes are on the disk; one that could not be
 * finished takes no room.
 */
export async function writeArchive(
  files: FileSession,
  stored: CataloguedDay,
  form: ArchiveForm,
  folder: string,
): Promise<void> {
  const path = dayFileOf(folder, stored.day, form);
  try {
    if (form === 'packed') await writePacked(files, stored, path + UNFINISHED);
    else await writeParquet(files, stored, path);
  } catch (error) {
    const unfinished = [path + UNFINISHED, `${path}${UNFINISHED}.wal`];
    for (const file of [...unfinished, ...allFilesOf(folder, stored.day, form)]) rmSync(file, { force: true });
    throw error;
  }
  renameSync(path + UNFINISHED, path);
}

async function writePacked(files: FileSession, stored: CataloguedDay, path: string): Promise<void> {
  const { day, form } = stored;
  const catalog = `${day}.packed${UNFINISHED}`;
  for (const file of [path, `${path}.wal`]) rmSync(file, { force: true });
  await files.run(`ATTACH ${quoted(path)} AS "${catalog}" ${PACKED_OPTIONS}`);
  try {
    for (const statement of packStatements(catalogOf(day, form), catalog)) await files.run(statement);
    await expectRows(files, `"${catalog}".packed_events`, stored, path);
    await files.detach(catalog);
  } catch (error) {
    await files.detach(catalog).catch(() => undefined);
    throw error;
  }
}

async function writeParquet(files: FileSession, stored: CataloguedDay, path: string): Promise<void> {
  const { day, form, file } = stored;
  const dayFile = await readDayFile(files, catalogOf(day, form), file);
  const rows = { whole: relationOf(stored), inOrder: relationOf(stored, NO_PARTS) };
  for (const statement of parquetStatements(rows, path + UNFINISHED, dayFile)) await files.run(statement);
  const gauges = gaugesFileOf(path);
  await files.run(`COPY (SELECT * EXCLUDE (position) FROM ${gaugeRelationOf(stored)} ORDER BY position)
    TO ${quoted(gauges)} (FORMAT parquet, COMPRESSION zstd)`);
  await expectRows(files, `read_parquet(${quoted(path + UNFINISHED)})`, stored, path);
  for (const written of [path + UNFINISHED, gauges]) syncFile(written);
}

/** The old file goes for the new one, so that has to have what the catalogue knows of. */
async function expectRows(
  files: FileSession,
  relation: string,
  { rows, lastSequence }: CataloguedDay,
  path: string,
): Promise<void> {
  const [got] = await files.rows<Pick<CataloguedDay, 'rows' | 'lastSequence'>>(
    `SELECT count(*)::DOUBLE AS rows, coalesce(max(sequence), 0)::DOUBLE AS "lastSequence" FROM ${relation}`,
  );
  if (got!.rows !== rows || got!.lastSequence !== lastSequence) {
    throw new Error(
      `expected ${rows} rows up to ${lastSequence} in ${path}, got ${got!.rows} up to ${got!.lastSequence}`,
    );
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
