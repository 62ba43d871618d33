import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The name of the file, in the data folder. */
const MARK_FILE = 'high-water-mark';
/** One length, so that a mark is one write over the one before. */
const MARK_BYTES = 64;

/** How far the store had come in what was acknowledged. */
export interface HighWaterMark {
  /** Of the last event; 0 where there was none. */
  sequence: number;
  /** Transitions of verdicts, which are never taken away. */
  transitions: number;
}

/**
 * The high-water mark, in a small file beside the database: what is acknowledged is never ahead of the database, so that a database that
 * has less was damaged. Not synced at each commit: after a power cut it may be old, and then it says less than it could.
 */
export class MarkFile {
  readonly #descriptor: number;
  /** What the file said when it was opened; null where there was none, or nothing that can be read. */
  readonly found: HighWaterMark | null;
  #reached: HighWaterMark;

  /** `stored` is what the database has. */
  constructor(folder: string, stored: HighWaterMark) {
    const path = join(folder, MARK_FILE);
    this.#reached = stored;
    this.found = existsSync(path) ? markFrom(readFileSync(path, 'latin1')) : null;
    this.#descriptor = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
    // What is lost was said once: the next start begins from what is there, but sequences are not given again.
    this.write({ sequence: Math.max(stored.sequence, this.found?.sequence ?? 0) });
  }

  /** Writes down what is durable; what is left out stays as it was. */
  write(reached: Partial<HighWaterMark>): void {
    this.#reached = { ...this.#reached, ...reached };
    const text = `${this.#reached.sequence} ${this.#reached.transitions}`.padEnd(MARK_BYTES - 1);
    writeSync(this.#descriptor, `${text}\n`, 0, 'latin1');
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function markFrom(text: string): HighWaterMark | null {
  const [, sequence, transitions] = /^(\d{1,16}) (\d{1,16}) *\n$/.exec(text) ?? [];
  return sequence === undefined ? null : { sequence: Number(sequence), transitions: Number(transitions) };
}
