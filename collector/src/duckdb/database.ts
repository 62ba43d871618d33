import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { StoreError } from '../store-error.ts';
import { makeDataFolder } from './data-folder.ts';
import { type ReadSession, readSession, type WriteSession, writeSession } from './session.ts';

/** The one file of the store, inside the data folder. */
export const DATABASE_FILE = 'closewatch.duckdb';

/**
 * WAL bytes that trigger a checkpoint. At DuckDB's default of 16 MB a checkpoint stalls the writer for 0.2 to 0.9 s every
 * few seconds; at 256 MB the 99th percentile of a commit was 8.5 ms.
 */
const CHECKPOINT_THRESHOLD = '256MB';

/** Reads that run at the same time; more wait for a connection. Two cores are the smallest machine. */
const READ_CONNECTIONS = 4;

/**
 * Folders open in this thread. DuckDB's own lock keeps other processes out, but not a second instance in this one, and
 * two instances of one file lose data silently.
 */
const openFolders = new Set<string>();

/**
 * One DuckDB instance over one data folder, with one owner thread. Reached by intent only: `withRead` for queries, on connections of
 * their own, and `withWrite` for one transaction at a time, in the order of the calls.
 */
export class Database {
  readonly folder: string;
  readonly #instance: DuckDBInstance;
  readonly #writer: DuckDBConnection;
  readonly #idleReaders: DuckDBConnection[];
  readonly #waitingReads: (() => void)[] = [];
  #lastWrite: Promise<unknown> = Promise.resolve();
  #readsUnderWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | null = null;

  private constructor(folder: string, instance: DuckDBInstance, writer: DuckDBConnection, readers: DuckDBConnection[]) {
    this.folder = folder;
    this.#instance = instance;
    this.#writer = writer;
    this.#idleReaders = readers;
  }

  /** Opens the folder, made with mode 0700 where it is missing. Throws StoreError. */
  static async open(folder: string, memoryLimit: string): Promise<Database> {
    const path = claimFolder(folder);
    try {
      const instance = await openInstance(path, memoryLimit);
      try {
        const writer = await instance.connect();
        await lockDown(writer, path);
        const readers = await Promise.all(Array.from({ length: READ_CONNECTIONS }, () => instance.connect()));
        return new Database(path, instance, writer, readers);
      } catch (error) {
        instance.closeSync();
        throw error;
      }
    } catch (error) {
      openFolders.delete(path);
      throw error;
    }
  }

  /** Runs queries on a connection that nobody else uses meanwhile; they see what is committed. */
  async withRead<Result>(read: (session: ReadSession) => Promise<Result>): Promise<Result> {
    this.#assertOpen();
    const run = this.#read(read);
    this.#readsUnderWay.add(run);
    return run.finally(() => this.#readsUnderWay.delete(run));
  }

  async #read<Result>(read: (session: ReadSession) => Promise<Result>): Promise<Result> {
    while (this.#idleReaders.length === 0) await new Promise<void>(resolve => this.#waitingReads.push(resolve));
    const connection = this.#idleReaders.pop()!;
    try {
      return await read(readSession(connection));
    } finally {
      this.#idleReaders.push(connection);
      this.#waitingReads.shift()?.();
    }
  }

  /** Runs one transaction, after those before it. It is synced to disk when the promise resolves, undone when it rejects. */
  async withWrite<Result>(write: (session: WriteSession) => Promise<Result>): Promise<Result> {
    this.#assertOpen();
    const turn = this.#lastWrite.then(() => this.#transaction(write));
    this.#lastWrite = turn.catch(() => undefined);
    return turn;
  }

  async #transaction<Result>(write: (session: WriteSession) => Promise<Result>): Promise<Result> {
    await this.#writer.run('BEGIN');
    try {
      const result = await write(writeSession(this.#writer));
      await this.#writer.run('COMMIT');
      return result;
    } catch (error) {
      // A COMMIT that failed has ended the transaction already; then there is nothing left to undo, and ROLLBACK says so.
      await this.#writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Waits for what was asked before, then writes the WAL into the file and lets the folder go. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await this.#lastWrite;
    await Promise.allSettled(this.#readsUnderWay);
    for (const connection of [...this.#idleReaders, this.#writer]) connection.closeSync();
    this.#instance.closeSync();
    openFolders.delete(this.folder);
  }

  #assertOpen(): void {
    if (this.#closing !== null) throw new StoreError('STORE_CLOSED', `the store in ${this.folder} is closed`);
  }
}

function claimFolder(folder: string): string {
  const path = makeDataFolder(folder);
  if (openFolders.has(path)) {
    throw new StoreError('STORE_FOLDER_IN_USE', `the data folder ${folder} is open in this process already`);
  }
  openFolders.add(path);
  return path;
}

async function openInstance(folder: string, memoryLimit: string): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(join(folder, DATABASE_FILE), {
      checkpoint_threshold: CHECKPOINT_THRESHOLD,
      memory_limit: memoryLimit,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
  } catch (cause) {
    throw translated(folder, cause as Error);
  }
}

function translated(folder: string, cause: Error): StoreError {
  if (cause.message.includes('Could not set lock')) {
    const holder = /\(PID (\d+)\)/.exec(cause.message)?.[1];
    const who = holder === undefined ? 'another process' : `another process (pid ${holder})`;
    const message = `the data folder ${folder} is in use by ${who}: stop it, or choose another folder`;
    return new StoreError('STORE_FOLDER_IN_USE', message, { cause });
  }
  const problem = cause.message.split('\n', 1)[0];
  return new StoreError('STORE_UNREADABLE', `cannot open ${join(folder, DATABASE_FILE)}: ${problem}`, { cause });
}

/** Leaves SQL nothing of the file system but the data folder, for as long as the instance lives. */
async function lockDown(connection: DuckDBConnection, folder: string): Promise<void> {
  await connection.run(`SET allowed_directories = ['${folder.replaceAll("'", "''")}/']`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}
