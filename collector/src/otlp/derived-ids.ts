import type { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import type { EventBatch } from '../batch/event-batch.ts';
import type { TextInterner } from '../batch/text-interner.ts';
import { COLUMNS, type Column, PLACE } from '../columns.ts';

/** What differs when the same record is sent again. */
const NOT_CONTENT: ReadonlySet<number> = new Set([PLACE.receivedAt, PLACE.time, PLACE.clamped, PLACE.trusted]);
const CONTENT = COLUMNS.filter(column => !NOT_CONTENT.has(column.index));

/** 32-bit words of a column's value, as it is hashed: a text by two words of its own hash. */
const WORDS = { id16: 4, id8: 2, key: 4, text: 2, choice: 1, flag: 1, number: 2, instant: 2 } as const;
const CONTENT_WORDS = CONTENT.reduce((sum, { type }) => sum + WORDS[type.storage], 0);

/**
 * Gives rows that come from events and log records the ids under which they are stored once: a span id made of everything that the record
 * says, its trace and its span included, and a trace id where it has none. Of records that say the very same, each in one request is
 * another close, told apart by its ordinal, so that the request sent again makes the same ids. They depend on nothing but the record: not on
 * the process, nor on what it has seen before. It is bound to one interner.
 */
export class DerivedIds {
  readonly #texts: TextInterner;
  /** By the first 48 bits of a row's hash. Where two rows share them, one gets an ordinal that it would not need. */
  readonly #ordinals = new Map<number, number>();
  /** What a row says, and behind it its ordinal. */
  readonly #content = new Uint32Array(CONTENT_WORDS + 1);
  readonly #contentAlone = this.#content.subarray(0, CONTENT_WORDS);
  readonly #number = new Float64Array(1);
  readonly #numberWords = new Uint32Array(this.#number.buffer);
  /** Two words for each text of the interner, made where they are first needed; zero before. */
  #textHashes = new Uint32Array(0);

  constructor(texts: TextInterner) {
    this.#texts = texts;
  }

  /** Ends a request. */
  clear(): void {
    this.#ordinals.clear();
  }

  assign(batch: EventBatch, row: number): void {
    this.#read(batch, row);
    const plain = sha256(this.#contentAlone);
    const known = plain.readUIntLE(0, 6);
    const ordinal = this.#ordinals.get(known) ?? 0;
    this.#ordinals.set(known, ordinal + 1);
    this.#content[CONTENT_WORDS] = ordinal;
    const digest = ordinal === 0 ? plain : sha256(this.#content);
    const trace = batch.columns[PLACE.traceId]!.words;
    if (!hasWords(trace, row * 4, 4)) copyWords(digest, 8, trace, row * 4, 4);
    copyWords(digest, 0, batch.columns[PLACE.spanId]!.words, row * 2, 2);
  }

  #read(batch: EventBatch, row: number): void {
    let at = 0;
    for (const column of CONTENT) {
      this.#readColumn(batch, column, row, at);
      at += WORDS[column.type.storage];
    }
  }

  #readColumn(batch: EventBatch, { index, type }: Column, row: number, at: number): void {
    const { words, texts, bytes, numbers } = batch.columns[index]!;
    const content = this.#content;
    switch (type.storage) {
      case 'id16':
        for (let word = 0; word < 4; word++) content[at + word] = words[row * 4 + word]!;
        return;
      case 'id8':
        for (let word = 0; word < 2; word++) content[at + word] = words[row * 2 + word]!;
        return;
      case 'key':
        for (let word = 0; word < 2; word++) content[at + word] = words[row * 2 + word]!;
        this.#readText(texts[row]!, at + 2);
        return;
      case 'text':
        this.#readText(texts[row]!, at);
        return;
      case 'choice':
      case 'flag':
        content[at] = bytes[row]!;
        return;
      case 'number':
      case 'instant':
        this.#number[0] = numbers[row]!;
        content[at] = this.#numberWords[0]!;
        content[at + 1] = this.#numberWords[1]!;
    }
  }

  #readText(id: number, at: number): void {
    if (id * 2 >= this.#textHashes.length) {
      const larger = new Uint32Array(Math.max(1_024, id * 4));
      larger.set(this.#textHashes);
      this.#textHashes = larger;
    }
    const hashes = this.#textHashes;
    if (id !== 0 && !hasWords(hashes, id * 2, 2)) {
      copyWords(sha256(this.#texts.bytesOf(id)), 0, hashes, id * 2, 2);
    }
    this.#content[at] = hashes[id * 2]!;
    this.#content[at + 1] = hashes[id * 2 + 1]!;
  }
}

function sha256(content: Uint8Array | Uint32Array): Buffer {
  return hash('sha256', content, 'buffer');
}

function copyWords(from: Buffer, offset: number, to: Uint32Array, at: number, count: number): void {
  for (let word = 0; word < count; word++) to[at + word] = from.readUInt32LE(offset + word * 4);
}

function hasWords(words: Uint32Array, at: number, count: number): boolean {
  for (let word = at; word < at + count; word++) if (words[word] !== 0) return true;
  return false;
}
