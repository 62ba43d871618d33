import type { CloseEvent } from '../close-event.ts';
import { COLUMNS, type Column } from '../columns.ts';
import { readField } from './read-field.ts';
import { TextInterner } from './text-interner.ts';
import { writeField } from './write-field.ts';

/** What a column's values are held in; see `Storage` for what they mean. A `key` has both words and texts. */
export interface ColumnData {
  /** Four 32-bit words a row (`id16`), or two (`id8`, `key`). */
  words: Uint32Array<ArrayBuffer>;
  /** `text`, `key`. */
  texts: Uint32Array<ArrayBuffer>;
  /** `choice`, `flag`. */
  bytes: Uint8Array<ArrayBuffer>;
  /** `number`, `instant`. */
  numbers: Float64Array<ArrayBuffer>;
}

/**
 * Close events as columns of numbers: what the decoders write into and the store's engines read. Nothing is an object a
 * row, so that a wave of closes costs the garbage collector nothing. A batch is filled, committed, and cleared to be filled again.
 */
export class EventBatch {
  readonly texts: TextInterner;
  /** By the place in COLUMNS. */
  readonly columns: readonly ColumnData[];
  /** Rows so far. */
  rows = 0;
  #capacity: number;

  constructor(texts = new TextInterner(), capacity = 1_024) {
    this.texts = texts;
    this.#capacity = capacity;
    this.columns = COLUMNS.map(({ type }) => emptyColumn(type.storage, capacity));
  }

  /** Rows that it has room for before it grows. */
  get capacity(): number {
    return this.#capacity;
  }

  /** A batch of these events, in this order. */
  static of(events: readonly CloseEvent[], texts = new TextInterner()): EventBatch {
    const batch = new EventBatch(texts, Math.max(1, events.length));
    for (const event of events) batch.append(event);
    return batch;
  }

  /** Makes room for one more row, with nothing in it, and gives its number. */
  addRow(): number {
    if (this.rows === this.#capacity) this.#grow();
    return this.rows++;
  }

  append(event: CloseEvent): void {
    const row = this.addRow();
    for (const column of COLUMNS) writeField(this, column, row, event[column.field]);
  }

  /** The row as an event. */
  eventAt(row: number): CloseEvent {
    const event: Record<string, unknown> = {};
    for (const column of COLUMNS) event[column.field] = readField(this, column, row);
    return event as unknown as CloseEvent;
  }

  events(): CloseEvent[] {
    return Array.from({ length: this.rows }, (_, row) => this.eventAt(row));
  }

  /** Puts its rows from `from` to before `to` behind those of another batch, which has the same interner. */
  copyRows(from: number, to: number, target: EventBatch): void {
    if (target.texts !== this.texts)
      throw new RangeError('expected batches with the same texts, got two with their own');
    const at = target.rows;
    while (target.#capacity < at + to - from) target.#grow();
    for (const [index, { type }] of COLUMNS.entries()) {
      const [source, column, words] = [this.columns[index]!, target.columns[index]!, wordsOf(type.storage)];
      column.words.set(source.words.subarray(from * words, to * words), at * words);
      column.texts.set(source.texts.subarray(from, to), at);
      column.bytes.set(source.bytes.subarray(from, to), at);
      column.numbers.set(source.numbers.subarray(from, to), at);
    }
    target.rows = at + to - from;
  }

  /** Takes back the rows from `rows` on. */
  truncate(rows: number): void {
    for (const [index, { type }] of COLUMNS.entries()) clearRows(this.columns[index]!, type.storage, rows, this.rows);
    this.rows = rows;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    for (const [index, { type }] of COLUMNS.entries()) {
      const [data, larger] = [this.columns[index]!, emptyColumn(type.storage, capacity)];
      larger.words.set(data.words);
      larger.texts.set(data.texts);
      larger.bytes.set(data.bytes);
      larger.numbers.set(data.numbers);
      Object.assign(data, larger);
    }
    this.#capacity = capacity;
  }
}

/** Bytes that a row takes in the columns of a batch, its texts apart. */
export const ROW_BYTES = COLUMNS.map(({ type }) => emptyColumn(type.storage, 1)).reduce(
  (bytes, { words, texts, bytes: small, numbers }) =>
    bytes + words.byteLength + texts.byteLength + small.byteLength + numbers.byteLength,
  0,
);

/** 32-bit words a row. */
function wordsOf(storage: Column['type']['storage']): 0 | 2 | 4 {
  if (storage === 'id16') return 4;
  return storage === 'id8' || storage === 'key' ? 2 : 0;
}

function emptyColumn(storage: Column['type']['storage'], rows: number): ColumnData {
  const hasText = storage === 'text' || storage === 'key';
  const hasByte = storage === 'choice' || storage === 'flag';
  const hasNumber = storage === 'number' || storage === 'instant';
  return {
    words: new Uint32Array(wordsOf(storage) * rows),
    texts: new Uint32Array(hasText ? rows : 0),
    bytes: new Uint8Array(hasByte ? rows : 0),
    numbers: new Float64Array(hasNumber ? rows : 0).fill(Number.NaN),
  };
}

function clearRows(data: ColumnData, storage: Column['type']['storage'], from: number, to: number): void {
  const words = wordsOf(storage);
  data.words.fill(0, from * words, to * words);
  data.texts.fill(0, from, to);
  data.bytes.fill(0, from, to);
  data.numbers.fill(Number.NaN, from, to);
}
