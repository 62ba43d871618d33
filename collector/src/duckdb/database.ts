import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { StoreError } from '../store-error.ts';
import type { StoreStatus } from '../store-status.ts';
import { makeDataFolder } from './data-folder.ts';
import { EventChunk } from './event-chunk.ts';
import { type FileSession, fileSession } from './file-session.ts';
import { type ReadSession, readSession, type WriteSession, writeSession } from './session.ts';

/** The main file, inside the data folder: what is not a day's. */
export const DATABASE_FILE = 'closewatch.duckdb';
/** The folder of the days' files, inside the data folder. */
export const DAYS_FOLDER = 'days';

/** Reads that run at the same time; more wait for a connection. Two cores are the smallest machine. */
const READ_CONNECTIONS = 4;

/**
 * Folders open in this thread. DuckDB's own lock keeps other processes out, but not a second instance in this one, and
 * two instances of one file lose data silently.
 */
const openFolders = new Set<string>();

/** What DuckDB is given. */
export interface DatabaseSettings {
  /** What DuckDB itself may use, in its own notation. */
  memoryLimit: string;
  /** Bytes of a file's WAL at which a commit writes them into the file. */
  checkpointBytes: number;
}

/**
 * One DuckDB instance over one data folder, with one owner thread. Reached by intent only: `withRead` for queries, on connections of
 * their own; `withWrite` for one transaction, and `withFiles` for attaching and detaching, one at a time in the order of the calls.
 */
export class Database {
  readonly folder: string;
  readonly #instance: DuckDBInstance;
  readonly #writer: DuckDBConnection;
  readonly #idleReaders: DuckDBConnection[];
  readonly #waitingReads: (() => void)[] = [];
  readonly #chunk = new EventChunk();
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
  static async open(folder: string, settings: DatabaseSettings): Promise<Database> {
    const path = claimFolder(folder);
    try {
      const instance = await openInstance(path, settings);
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

  get state(): StoreStatus['state'] {
    return this.#closing === null ? 'ready' : 'closed';
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

  /** Resolves when all reads that have begun are over. */
  async readsFinished(): Promise<void> {
    await Promise.allSettled(this.#readsUnderWay);
  }

  /**
   * Runs one transaction, after those before it. It is synced to disk when the promise resolves, undone when it rejects. `committed` is
   * called after the commit and before anything that was asked for later begins.
   */
  withWrite<Result>(
    write: (session: WriteSession) => Promise<Result>,
    committed: (result: Result) => void = () => undefined,
  ): Promise<Result> {
    return this.#inTurn(async () => {
      const result = await this.#transaction(write);
      committed(result);
      return result;
    });
  }

  /** Attaches and detaches files, between the transactions before and after it. */
  withFiles<Result>(change: (session: FileSession) => Promise<Result>): Promise<Result> {
    return this.#inTurn(() => change(fileSession(this.#writer)));
  }

  /** Writes the WAL of an attached file into the file, while reads, and writes to other files, go on. */
  async checkpoint(catalog: string): Promise<void> {
    this.#assertOpen();
    const connection = await this.#instance.connect();
    const run = connection.run(`CHECKPOINT "${catalog}"`);
    this.#readsUnderWay.add(run);
    await run.finally(() => {
      this.#readsUnderWay.delete(run);
      connection.closeSync();
    });
  }

  /** Works on files beside the transactions and reads, for as long as it takes; it has to be over before `close`. */
  async aside(work: (session: FileSession) => Promise<void>): Promise<void> {
    this.#assertOpen();
    const connection = await this.#instance.connect();
    await work(fileSession(connection)).finally(() => connection.closeSync());
  }

  async #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    this.#assertOpen();
    const turn = this.#lastWrite.then(action);
    this.#lastWrite = turn.catch(() => undefined);
    return turn;
  }

  async #transaction<Result>(write: (session: WriteSession) => Promise<Result>): Promise<Result> {
    await this.#writer.run('BEGIN');
    try {
      const result = await write(writeSession(this.#writer, this.#chunk));
      await this.#writer.run('COMMIT');
      return result;
    } catch (error) {
      // A COMMIT that failed has ended the transaction already; then there is nothing left to undo, and ROLLBACK says so.
      await this.#writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Waits for what was asked before, then writes the WAL into the files and lets the folder go. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await this.#lastWrite;
    await this.readsFinished();
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

async function openInstance(
  folder: string,
  { memoryLimit, checkpointBytes }: DatabaseSettings,
): Promise<DuckDBInstance> {
  try {
    mkdirSync(join(folder, DAYS_FOLDER), { recursive: true, mode: 0o700 });
    return await DuckDBInstance.create(join(folder, DATABASE_FILE), {
      checkpoint_threshold: `${checkpointBytes}B`,
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
  return unreadable(join(folder, DATABASE_FILE), cause);
}

/** A file that DuckDB does not take, with what to do about it. */
export function unreadable(file: string, cause: Error): StoreError {
  const problem = cause.message.split('\n', 1)[0];
  const advice = 'put a backup of it in its place, or move it (and its .wal) elsewhere to go on without it';
  return new StoreError('STORE_UNREADABLE', `cannot open ${file}: ${problem}: ${advice}`, { cause });
}

/** Leaves SQL nothing of the file system but the data folder, for as long as the instance lives. */
async function lockDown(connection: DuckDBConnection, folder: string): Promise<void> {
  await connection.run(`SET allowed_directories = ['${folder.replaceAll("'", "''")}/']`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}
