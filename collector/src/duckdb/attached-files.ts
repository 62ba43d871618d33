import { setTimeout } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { APPEND_ROWS } from '../store.ts';
import { quoted } from './quoted.ts';

/**
 * Row groups of a commit's size: a commit of a whole one writes it compressed into the file, and neither log nor checkpoint see its rows. Of smaller
 * commits a checkpoint compresses the last, unfinished row group again, which should be small. The file does not keep this.
 */
const ROW_GROUPS = `ROW_GROUP_SIZE ${APPEND_ROWS}`;
/**
 * Blocks of 64 KiB, as row groups that small leave larger ones partly empty: 65 bytes a close, 78 with the 256 KiB that are the default. With 32 KiB
 * dictionaries no longer fit (95). What DuckDB 1.5 has new in its storage takes less CPU.
 */
const LAYOUT = `BLOCK_SIZE ${64 * 1024}, STORAGE_VERSION 'v1.5.0'`;

/** Pause between two attempts to attach a file that a read still holds, and how many there are. */
const HELD_PAUSE_MS = 20;
const MOST_ATTEMPTS = 500;

/** The files that the instance has, by the names that SQL calls them. */
export class AttachedFiles {
  readonly #connection: DuckDBConnection;
  readonly #paths = new Map<string, string>();
  /** Names of files that have become unusable, and have to be let go and attached again. */
  readonly #unusable = new Set<string>();
  /** Those of them that were let go. */
  readonly #missing = new Set<string>();

  /** The connection's own database is none of these files: DuckDB does not let that one go. */
  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  get isComplete(): boolean {
    return this.#unusable.size === 0;
  }

  /** Makes a file for the rows of a live day, and attaches it. */
  create(path: string, name: string): Promise<void> {
    return this.#attach(path, name, `${ROW_GROUPS}, ${LAYOUT}`);
  }

  attach(path: string, name: string): Promise<void> {
    return this.#attach(path, name, ROW_GROUPS);
  }

  async #attach(path: string, name: string, options: string): Promise<void> {
    await this.#connection.run(`ATTACH ${quoted(path)} AS "${name}" (${options})`);
    this.#paths.set(name, path);
    this.#missing.delete(name);
    this.#unusable.delete(name);
  }

  /** Writes the file's WAL into it and lets it go; reads that hold it keep what they see. One whose WAL could not be written is let go too. */
  async detach(name: string): Promise<void> {
    this.#paths.delete(name);
    this.#unusable.delete(name);
    if (!this.#missing.delete(name)) await this.#connection.run(`DETACH "${name}"`);
  }

  /** Lets a file go and attaches it again, which is the way out for one that a failed checkpoint has made unusable. */
  async renew(name: string): Promise<void> {
    if (!this.#paths.has(name)) return;
    this.#unusable.add(name);
    await this.complete();
  }

  /** Renews what could not be renewed before. */
  async complete(): Promise<void> {
    for (const name of [...this.#unusable]) {
      if (!this.#missing.has(name)) await this.#connection.run(`DETACH "${name}"`);
      this.#missing.add(name);
      for (let attempt = 1; this.#missing.has(name); attempt++) {
        await this.attach(this.#paths.get(name)!, name).catch(async (error: Error) => {
          if (attempt === MOST_ATTEMPTS || !error.message.includes('already attached')) throw error;
          await setTimeout(HELD_PAUSE_MS);
        });
      }
    }
  }

  close(): void {
    this.#connection.closeSync();
  }
}
