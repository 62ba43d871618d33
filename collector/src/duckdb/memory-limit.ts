import type { DuckDBInstance } from '@duckdb/node-api';
import type { DatabaseSettings } from './open-instance.ts';

/**
 * What DuckDB may use. It keeps blocks that it wrote or read until the limit is reached, so that under load the limit is what it takes; rewriting a
 * day as Parquet needs twice that for a while (a dictionary a column and a thread), which the blocks make room for.
 */
export class MemoryLimit {
  readonly #instance: DuckDBInstance;
  readonly #usual: string;
  readonly #raised: string;
  /** Works under way that need more. */
  #works = 0;
  #lastChange: Promise<void> = Promise.resolve();

  constructor(instance: DuckDBInstance, { memoryLimit, rewritingMemoryLimit }: DatabaseSettings) {
    this.#instance = instance;
    this.#usual = memoryLimit;
    this.#raised = rewritingMemoryLimit ?? memoryLimit;
  }

  async raisedFor<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#works++;
    try {
      await this.#change();
      return await work();
    } finally {
      this.#works--;
      await this.#change();
    }
  }

  /** Resolves when nothing of it is under way. */
  async settled(): Promise<void> {
    await this.#lastChange;
  }

  #change(): Promise<void> {
    this.#lastChange = this.#lastChange.then(() => this.#set(this.#works > 0 ? this.#raised : this.#usual));
    return this.#lastChange;
  }

  /** DuckDB refuses a limit that it can't get under at once; then the one before stays until the next change. */
  async #set(limit: string): Promise<void> {
    const connection = await this.#instance.connect();
    await connection.run(`SET memory_limit = '${limit}'`).catch(() => undefined);
    connection.closeSync();
  }
}
