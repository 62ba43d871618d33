import { setTimeout } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';

/** Pause between two attempts to attach a file that a read still holds, and how many there are. */
const HELD_PAUSE_MS = 20;
const MOST_ATTEMPTS = 500;

/** The files that the instance has, by the names that SQL calls them. */
export class AttachedFiles {
  readonly #connection: DuckDBConnection;
  readonly #paths = new Map<string, string>();
  /** Names of files that were let go and could not be attached again yet. */
  readonly #missing = new Set<string>();

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  get isComplete(): boolean {
    return this.#missing.size === 0;
  }

  /** Attaches a file, made where it is missing. */
  async attach(path: string, name: string): Promise<void> {
    await this.#connection.run(`ATTACH '${path.replaceAll("'", "''")}' AS "${name}"`);
    this.#paths.set(name, path);
    this.#missing.delete(name);
  }

  /** Writes the file's WAL into it and lets it go; reads that hold it keep what they see. */
  async detach(name: string): Promise<void> {
    await this.#connection.run(`DETACH "${name}"`);
    this.#paths.delete(name);
  }

  /** Lets a file go and attaches it again, which is the way out for one that a failed checkpoint has made unusable. */
  async renew(name: string): Promise<void> {
    if (!this.#paths.has(name)) return;
    if (!this.#missing.has(name)) await this.#connection.run(`DETACH "${name}"`);
    this.#missing.add(name);
    await this.complete();
  }

  /** Attaches what could not be attached again before. */
  async complete(): Promise<void> {
    for (const name of [...this.#missing]) {
      for (let attempt = 1; this.#missing.has(name); attempt++) {
        await this.attach(this.#paths.get(name)!, name).catch(async (error: Error) => {
          if (attempt === MOST_ATTEMPTS || !error.message.includes('already attached')) throw error;
          await setTimeout(HELD_PAUSE_MS);
        });
      }
    }
  }
}
