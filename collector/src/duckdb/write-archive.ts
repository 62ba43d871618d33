import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import type { Day } from './day.ts';
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
 * A random column of 8 bytes fills whole blocks of 8,191 values: the 129,024 rows of these groups fill 15.75 of 16 blocks, where DuckDB's 122,880 just begin the
 * last one. Sizes that are no power of two need this version of its files. Blocks of 64 KiB, as a day of few rows leaves larger ones empty.
 */
const PACKED_OPTIONS = `(STORAGE_VERSION 'v1.2.0', ROW_GROUP_SIZE 129024, BLOCK_SIZE ${64 * 1024})`;

/**
 * Writes a closed day in another form beside its file. The new file gets its name last, when its bytes are on the disk; one that could not be
 * finished takes no room, nor does one that has not less than so many bytes: then the answer is false. A day that is not wanted any more gets no new file.
 */
export async function writeArchive(
  files: FileSession,
  stored: CataloguedDay,
  form: ArchiveForm,
  folder: string,
  lessThan: number,
  isWanted: () => boolean = () => true,
): Promise<boolean> {
  const path = dayFileOf(folder, stored.day, form);
  try {
    if (form === 'packed') await writePacked(files, stored, path + UNFINISHED);
    else await writeParquet(files, stored, path);
  } catch (error) {
    discard(folder, stored.day, form);
    throw error;
  }
  const isLess = statSync(path + UNFINISHED).size < lessThan;
  if (isLess && isWanted()) renameSync(path + UNFINISHED, path);
  else discard(folder, stored.day, form);
  return isLess;
}

function discard(folder: string, day: Day, form: ArchiveForm): void {
  const unfinished = dayFileOf(folder, day, form) + UNFINISHED;
  for (const file of [unfinished, `${unfinished}.wal`, ...allFilesOf(folder, day, form)]) rmSync(file, { force: true });
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
