import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { AttachedFiles } from './attached-files.ts';
import { inUse, unreadable } from './database-error.ts';

/** The main file, inside the data folder: what is not a day's. */
export const DATABASE_FILE = 'closewatch.duckdb';
/** What SQL calls the main file. Tables that are named without a file are its. */
const MAIN = 'closewatch';
/** The folder of the days' files, inside the data folder. */
export const DAYS_FOLDER = 'days';

/** Reads that run at the same time; more wait for a connection. Two cores are the smallest machine. */
const READ_CONNECTIONS = 4;

/** What DuckDB is given. */
export interface DatabaseSettings {
  /** What DuckDB itself may use, in its own notation: all of it, in the end, as it keeps the blocks that were written and read last. */
  memoryLimit: string;
  /** The same while whole days are rewritten or exported; `memoryLimit` where it is left out. */
  rewritingMemoryLimit?: string;
  /** Bytes of a file's WAL at which a commit writes them into the file. */
  checkpointBytes: number;
}

/** In memory: every file is attached to it, and so can be let go and attached again while it runs. */
export function newInstance(
  folder: string,
  { memoryLimit, checkpointBytes }: DatabaseSettings,
): Promise<DuckDBInstance> {
  return DuckDBInstance.create(':memory:', {
    checkpoint_threshold: `${checkpointBytes}B`,
    memory_limit: memoryLimit,
    temp_directory: join(folder, `${DATABASE_FILE}.tmp`),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
}

/** The writer's connection, those of the reads, and the attached files, on one of their own. */
export interface Connections {
  writer: DuckDBConnection;
  files: AttachedFiles;
  readers: DuckDBConnection[];
}

/** Attaches the main file and closes the rest of the file system. Throws StoreError. */
export async function connectionsTo(instance: DuckDBInstance, folder: string): Promise<Connections> {
  const writer = await instance.connect();
  const files = new AttachedFiles(await instance.connect());
  const path = join(folder, DATABASE_FILE);
  try {
    mkdirSync(join(folder, DAYS_FOLDER), { recursive: true, mode: 0o700 });
    removeUnbegun(folder);
    await files.attach(path, MAIN);
  } catch (cause) {
    throw inUse(folder, cause as Error) ?? unreadable(path, cause as Error);
  }
  const readers = await Promise.all(Array.from({ length: READ_CONNECTIONS }, () => instance.connect()));
  for (const connection of [writer, ...readers]) await connection.run(`USE ${MAIN}`);
  await lockDown(writer, folder);
  return { writer, files, readers };
}

/** Bytes of the three headers that DuckDB writes first: a shorter file holds no table yet. */
const HEADER_BYTES = 3 * 4_096;

/** Removes what is left of a first start that was cut short. Where anything else lies in the folder, a short file is damage. */
function removeUnbegun(folder: string): void {
  const path = join(folder, DATABASE_FILE);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? HEADER_BYTES;
  const isAlone = readdirSync(folder).every(name => name === DATABASE_FILE || name === DAYS_FOLDER);
  if (size < HEADER_BYTES && isAlone && readdirSync(join(folder, DAYS_FOLDER)).length === 0) rmSync(path);
}

/** Leaves SQL nothing of the file system but the data folder, and of the settings only the memory, for as long as the instance lives. */
async function lockDown(connection: DuckDBConnection, folder: string): Promise<void> {
  await connection.run(`SET allowed_directories = ['${folder.replaceAll("'", "''")}/']`);
  await connection.run('SET enable_external_access = false');
  await connection.run("SET allowed_configs = ['memory_limit']");
  await connection.run('SET lock_configuration = true');
}
