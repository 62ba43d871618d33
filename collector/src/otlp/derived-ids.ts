import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { EventBatch } from '../batch/event-batch.ts';
import { readField } from '../batch/read-field.ts';
import { COLUMNS, PLACE } from '../columns.ts';

/** What differs when the same record is sent again. */
const NOT_CONTENT: ReadonlySet<number> = new Set([PLACE.receivedAt, PLACE.time, PLACE.clamped, PLACE.trusted]);
const CONTENT = COLUMNS.filter(column => !NOT_CONTENT.has(column.index));

/**
 * Gives rows that come from events and log records the ids under which they are stored once: a span id made of everything that the record
 * says, its trace and its span included, and a trace id where it has none. Of records that say the very same, each in one request is
 * another close, told apart by its ordinal, so that the request sent again makes the same ids.
 */
export class DerivedIds {
  readonly #ordinals = new Map<string, number>();

  /** Starts with a new request. */
  clear(): void {
    this.#ordinals.clear();
  }

  assign(batch: EventBatch, row: number): void {
    const content = JSON.stringify(CONTENT.map(column => readField(batch, column, row)));
    const ordinal = this.#ordinals.get(content) ?? 0;
    this.#ordinals.set(content, ordinal + 1);
    const hash = createHash('sha256').update(`${ordinal} ${content}`).digest();
    const trace = batch.columns[PLACE.traceId]!.words;
    if (!hasWords(trace, row * 4, 4)) copyWords(hash, 8, trace, row * 4, 4);
    copyWords(hash, 0, batch.columns[PLACE.spanId]!.words, row * 2, 2);
  }
}

function hasWords(words: Uint32Array, at: number, count: number): boolean {
  return words.subarray(at, at + count).some(word => word !== 0);
}

function copyWords(from: Buffer, offset: number, to: Uint32Array, at: number, count: number): void {
  for (let word = 0; word < count; word++) to[at + word] = from.readUInt32LE(offset + word * 4);
}
