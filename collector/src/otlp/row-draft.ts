import type { EventBatch } from '../batch/event-batch.ts';
import { COLUMNS } from '../columns.ts';

/** Which array of a batch's column a field lies in. */
const [TEXTS, BYTES, NUMBERS, KEY, WORDS_2, WORDS_4] = [0, 1, 2, 3, 4, 5] as const;
const ARRAYS = {
  text: TEXTS,
  choice: BYTES,
  flag: BYTES,
  number: NUMBERS,
  instant: NUMBERS,
  key: KEY,
  id8: WORDS_2,
  id16: WORDS_4,
};
const ARRAY_OF = Uint8Array.from(COLUMNS, column => ARRAYS[column.type.storage]);

/**
 * Fields of one row while a message is read: it becomes a row of a batch only once all of it is known to be usable. Columns are named
 * by their place in COLUMNS. A field that is set twice has the later value; nothing is allocated after the first row.
 */
export class RowDraft {
  /** Of `id16`, `id8` and `key` columns, four 32-bit words each, the least significant first. */
  readonly words = new Uint32Array(COLUMNS.length * 4);
  /** Of all others what a batch holds for them: a text's id, a choice's place, a flag, a number, microseconds. */
  readonly numbers = new Float64Array(COLUMNS.length);
  readonly #isSet = new Uint8Array(COLUMNS.length);
  /** Columns that have been touched since the last `clear`; of those, `#isSet` tells which have a value. */
  readonly #touched = new Uint8Array(COLUMNS.length);
  #touchedCount = 0;

  clear(): void {
    for (let index = 0; index < this.#touchedCount; index++) this.#isSet[this.#touched[index]!] = UNTOUCHED;
    this.#touchedCount = 0;
  }

  has(column: number): boolean {
    return this.#isSet[column] === SET;
  }

  setNumber(column: number, value: number): void {
    this.setCell(column, value, 0, 0);
  }

  /** An id of 8 bytes. */
  setWords2(column: number, low: number, high: number): void {
    this.setCell(column, 0, low, high);
  }

  /** All that a column but a trace id can hold: a key is either words or a text. */
  setCell(column: number, number: number, low: number, high: number): void {
    this.#touch(column);
    this.numbers[column] = number;
    this.words[column * 4] = low;
    this.words[column * 4 + 1] = high;
  }

  /** An id of 16 bytes, as its four words lie in `from`. */
  setWords4(column: number, from: Uint32Array, at: number): void {
    this.#touch(column);
    for (let word = 0; word < 4; word++) this.words[column * 4 + word] = from[at + word]!;
  }

  unset(column: number): void {
    if (this.#isSet[column] === SET) this.#isSet[column] = EMPTIED;
  }

  /** Writes what is set into a row that has nothing there yet. */
  writeTo(batch: EventBatch, row: number): void {
    for (let index = 0; index < this.#touchedCount; index++) {
      const column = this.#touched[index]!;
      if (this.#isSet[column] === SET) this.#writeField(batch, row, column);
    }
  }

  #touch(column: number): void {
    if (this.#isSet[column] === UNTOUCHED) this.#touched[this.#touchedCount++] = column;
    this.#isSet[column] = SET;
  }

  #writeField(batch: EventBatch, row: number, column: number): void {
    const data = batch.columns[column]!;
    const at = column * 4;
    switch (ARRAY_OF[column]) {
      case TEXTS:
        data.texts[row] = this.numbers[column]!;
        return;
      case BYTES:
        data.bytes[row] = this.numbers[column]!;
        return;
      case NUMBERS:
        data.numbers[row] = this.numbers[column]!;
        return;
      case KEY:
        data.texts[row] = this.numbers[column]!;
        data.words[row * 2] = this.words[at]!;
        data.words[row * 2 + 1] = this.words[at + 1]!;
        return;
      case WORDS_2:
        data.words[row * 2] = this.words[at]!;
        data.words[row * 2 + 1] = this.words[at + 1]!;
        return;
      case WORDS_4:
        for (let word = 0; word < 4; word++) data.words[row * 4 + word] = this.words[at + word]!;
    }
  }
}

const UNTOUCHED = 0;
const EMPTIED = 1;
const SET = 2;
