import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { StoreError } from '../store-error.ts';
import type { StoreStatus } from '../store-status.ts';
import { AttachedFiles } from './attached-files.ts';
import { makeDataFolder } from './data-folder.ts';
import { invalidatedFile, translatedError } from './database-error.ts';
import { EventChunk } from './event-chunk.ts';
import { type FileSession, fileSession } from './file-session.ts';
import { MemoryLimit } from './memory-limit.ts';
import { type Connections, connectionsTo, type DatabaseSettings, newInstance } from './open-instance.ts';
import { type ReadSession, readSession, type WriteSession, writeSession } from './session.ts';

/**
 * Folders open in this thread. DuckDB's own lock keeps other processes out, but not a second instance in this one, and
 * two instances of one file lose data silently.
 */
const openFolders = new Set<string>();

/**
 * One DuckDB instance over one data folder, with one owner thread. Reached by intent only: `withRead` for queries, on connections of
 * their own; `withWrite` for one transaction, and `withFiles` for attaching and detaching, one at a time in the order of the calls.
 * A file that a full disk made unusable is attached again by itself.
 */
export class Database {
  readonly folder: string;
  readonly #instance: DuckDBInstance;
  readonly #writer: DuckDBConnection;
  readonly #files: AttachedFiles;
  readonly #memory: MemoryLimit;
  readonly #idleReaders: DuckDBConnection[];
  readonly #waitingReads: (() => void)[] = [];
  readonly #chunk = new EventChunk();
  #lastWrite: Promise<unknown> = Promise.resolve();
  #readsUnderWay = new Set<Promise<unknown>>();
  #renewing: Promise<void> | null = null;
  #closing: Promise<void> | null = null;

  private constructor(folder: string, instance: DuckDBInstance, connections: Connections, settings: DatabaseSettings) {
    this.folder = folder;
    this.#instance = instance;
    this.#writer = connections.writer;
    this.#files = connections.files;
    this.#memory = new MemoryLimit(instance, settings);
    this.#idleReaders = connections.readers;
  }

  /** Opens the folder, made with mode 0700 where it is missing. Throws StoreError. */
  static async open(folder: string, settings: DatabaseSettings): Promise<Database> {
    const path = claimFolder(folder);
    try {
      const instance = await newInstance(path, settings);
      try {
        return new Database(path, instance, await connectionsTo(instance, path), settings);
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
    if (this.#closing !== null) return 'closed';
    return this.#renewing === null && this.#files.isComplete ? 'ready' : 'reopening';
  }

  /** Runs queries on a connection that nobody else uses meanwhile; they see what is committed. */
  async withRead<Result>(read: (session: ReadSession) => Promise<Result>): Promise<Result> {
    this.#assertOpen();
    const run = this.#read(read).catch(async error => {
      const name = invalidatedFile(error);
      if (name === null && this.#files.isComplete) throw error;
      await this.#inTurn(() => this.#renew(name));
      return this.#read(read);
    });
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
   * called after the commit and before anything that was asked for later begins. Throws StoreError where the disk is full.
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
    return this.#inTurn(() => change(fileSession(this.#writer, this.#files)));
  }

  /** Writes the WAL of an attached file into the file, while reads, and writes to other files, go on. */
  async checkpoint(name: string): Promise<void> {
    this.#assertOpen();
    const run = this.#checkpoint(name);
    this.#readsUnderWay.add(run);
    await run.finally(() => this.#readsUnderWay.delete(run)).catch(error => this.#inTurn(() => Promise.reject(error)));
  }

  async #checkpoint(name: string): Promise<void> {
    const connection = await this.#instance.connect();
    try {
      await connection.run(`CHECKPOINT "${name}"`);
    } finally {
      connection.closeSync();
    }
  }

  /** Does what goes over whole days, which needs more memory than everything else does. */
  async withRewritingMemory<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#assertOpen();
    return this.#memory.raisedFor(work);
  }

  /**
   * Works on files beside the transactions and reads, with the memory that rewriting takes, for as long as it takes; it has to be over before
   * `close`.
   */
  async aside(work: (session: FileSession) => Promise<void>): Promise<void> {
    this.#assertOpen();
    const connection = await this.#instance.connect();
    const files = new AttachedFiles(connection);
    await this.#memory.raisedFor(() => work(fileSession(connection, files))).finally(() => connection.closeSync());
  }

  async #inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    this.#assertOpen();
    const turn = this.#lastWrite
      .then(() => this.#files.complete())
      .then(action)
      .catch(async error => {
        await this.#renew(invalidatedFile(error));
        throw translatedError(error, this.folder);
      });
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

  /** Attaches a file again that has become unusable. Where that fails too, every turn tries again. */
  async #renew(name: string | null): Promise<void> {
    if (name === null) return;
    this.#renewing = this.#files.renew(name);
    await this.#renewing.catch(() => undefined);
    this.#renewing = null;
  }

  /** Waits for what was asked before, then writes the WAL into the files and lets the folder go. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<void> {
    await this.#lastWrite;
    await this.readsFinished();
    await this.#memory.settled();
    for (const connection of [...this.#idleReaders, this.#writer]) connection.closeSync();
    this.#files.close();
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
