import duckdb from '@duckdb/node-bindings';
import type { CohortValue, WindowValues } from '../window-query.ts';
import type { CountedType } from './counted-fields.ts';
import { NumberColumn } from './number-column.ts';
import { RecentTexts } from './recent-texts.ts';
import { ResultTexts } from './result-texts.ts';
import { isValid } from './text-vector.ts';

/** 32-bit words of a `duckdb_string_t`: the length, then the text or its first bytes and a pointer. */
const STRING_WORDS = 4;

/**
 * A column of a result whose values repeat, as the place of each value among the distinct ones: a text is decoded once, and
 * not once a row.
 */
export class CodedColumn {
  readonly #type: CountedType;
  readonly #values: CohortValue[] = [];
  readonly #placeByValue = new Map<CohortValue, number>();
  readonly #texts = new ResultTexts();
  readonly #places = new NumberColumn(Uint32Array);

  constructor(type: CountedType) {
    this.#type = type;
  }

  /** Takes the rows of a chunk's vector. */
  add(vector: duckdb.Vector, rows: number): void {
    const validity: Uint8Array | null = duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8);
    const placeAt = this.#reader(vector, rows, validity);
    const places = this.#places.grow(rows);
    for (let row = 0; row < rows; row++) {
      places[row] = isValid(validity, row) ? placeAt(row) : this.#placeOf(null);
    }
  }

  finish(): WindowValues {
    return { values: this.#values, places: this.#places.finish() };
  }

  #reader(vector: duckdb.Vector, rows: number, validity: Uint8Array | null): (row: number) => number {
    if (this.#type === 'VARCHAR') {
      return this.#textReader(duckdb.vector_get_data(vector, rows * STRING_WORDS * 4).buffer as ArrayBuffer, validity);
    }
    if (this.#type === 'BOOLEAN') {
      const flags = duckdb.vector_get_data(vector, rows);
      return row => this.#placeOf(flags[row] === 1);
    }
    const numbers = new Uint16Array(duckdb.vector_get_data(vector, rows * 2).buffer as ArrayBuffer);
    return row => this.#placeOf(numbers[row]!);
  }

  /** A row whose text a row near it had costs four comparisons. */
  #textReader(strings: ArrayBuffer, validity: Uint8Array | null): (row: number) => number {
    const words = new Uint32Array(strings);
    const textAt = this.#texts.reader(strings, validity);
    const recent = new RecentTexts();
    return row => {
      const known = recent.placeOf(words, row);
      if (known !== undefined) return known;
      const place = this.#placeOf(textAt(row));
      recent.put(words, row, place);
      return place;
    };
  }

  #placeOf(value: CohortValue): number {
    const known = this.#placeByValue.get(value);
    if (known !== undefined) return known;
    this.#placeByValue.set(value, this.#values.length);
    return this.#values.push(value) - 1;
  }
}
