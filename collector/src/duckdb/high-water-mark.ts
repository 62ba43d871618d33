import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Day } from './day.ts';

/** The name of the file, in the data folder. */
const MARK_FILE = 'high-water-mark';
/** One length, so that a mark is one write over the one before. */
const MARK_BYTES = 64;

/** How far the store had come: sequence and day of the last row that was acknowledged. */
export interface HighWaterMark {
  sequence: number;
  day: Day;
}

/**
 * The high-water mark, in a small file beside the database: what is acknowledged is never ahead of the database, so that a database that
 * has less was damaged. Not synced at each commit: after a power cut it may be old, and then it says less than it could.
 */
export class MarkFile {
  readonly #descriptor: number;
  /** What the file said when it was opened; null where there was none, or nothing that can be read. */
  readonly found: HighWaterMark | null;

  constructor(folder: string) {
    const path = join(folder, MARK_FILE);
    this.found = existsSync(path) ? markFrom(readFileSync(path, 'latin1')) : null;
    this.#descriptor = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
  }

  /** Writes down what is durable. */
  write({ sequence, day }: HighWaterMark): void {
    const text = `${sequence} ${day}`.padEnd(MARK_BYTES - 1);
    writeSync(this.#descriptor, `${text}\n`, 0, 'latin1');
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function markFrom(text: string): HighWaterMark | null {
  const [, sequence, day] = /^(\d{1,16}) (\d{4}-\d\d-\d\d) *\n$/.exec(text) ?? [];
  return sequence === undefined || day === undefined ? null : { sequence: Number(sequence), day };
}
