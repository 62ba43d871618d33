import duckdb from '@duckdb/node-bindings';
import type { TextInterner } from '../batch/text-interner.ts';

/** Bytes of text that fit into a `duckdb_string_t` itself; a longer one lies in the vector's own memory. */
const INLINE_BYTES = 12;
/** 32-bit words of a `duckdb_string_t`: the length, then the text or its first four bytes and a pointer. */
const STRING_WORDS = 4;

/**
 * Fills VARCHAR vectors from interned texts. What a short text is as a `duckdb_string_t` is made once an interner; a longer one is handed to
 * DuckDB once a vector, and its 16 bytes are copied to the other rows that have it. Source of the layout: `duckdb_string_t` in duckdb.h.
 */
export class ChunkTexts {
  #interner: TextInterner | null = null;
  /** By text id: its `duckdb_string_t`, where it is short; a length of 0 where that is not known yet. */
  #strings = new Uint32Array(0);
  /** Row of the vector at hand that has a long text first, by text id. */
  readonly #firstRows = new Map<number, number>();

  /** Gives the bytes of `target` that hold the strings; sets a bit of `validity` for each row that has a text. */
  fill(
    vector: duckdb.Vector,
    interner: TextInterner,
    ids: Uint32Array,
    rows: Uint32Array,
    target: Uint32Array,
    validity: Uint32Array,
  ): number {
    this.#remember(interner);
    this.#firstRows.clear();
    for (let index = 0; index < rows.length; index++) {
      const id = ids[rows[index]!]!;
      if (id === 0) continue;
      validity[index >>> 5]! |= 1 << (index & 31);
      if (this.#isShort(id)) copyString(this.#strings, id, target, index);
      else this.#assignLong(vector, id, index);
    }
    if (this.#firstRows.size > 0) this.#copyLong(vector, ids, rows, target);
    return rows.length * STRING_WORDS * 4;
  }

  #remember(interner: TextInterner): void {
    const words = (interner.texts + 1) * STRING_WORDS;
    if (interner !== this.#interner) this.#strings = new Uint32Array(words * 2);
    else if (words > this.#strings.length) {
      const larger = new Uint32Array(words * 2);
      larger.set(this.#strings);
      this.#strings = larger;
    }
    this.#interner = interner;
  }

  #isShort(id: number): boolean {
    const known = this.#strings[id * STRING_WORDS]!;
    if (known !== 0) return known <= INLINE_BYTES;
    const text = this.#interner!.bytesOf(id);
    this.#strings[id * STRING_WORDS] = text.length;
    if (text.length > INLINE_BYTES) return false;
    new Uint8Array(this.#strings.buffer, (id * STRING_WORDS + 1) * 4, text.length).set(text);
    return true;
  }

  #assignLong(vector: duckdb.Vector, id: number, index: number): void {
    if (this.#firstRows.has(id)) return;
    this.#firstRows.set(id, index);
    duckdb.vector_assign_string_element_len(vector, index, this.#interner!.bytesOf(id));
  }

  /** The pointers that DuckDB made are read back from the rows that it was given, and copied to the rest. */
  #copyLong(vector: duckdb.Vector, ids: Uint32Array, rows: Uint32Array, target: Uint32Array): void {
    const made = duckdb.vector_get_data(vector, rows.length * STRING_WORDS * 4);
    const strings = new Uint32Array(made.buffer, made.byteOffset, rows.length * STRING_WORDS);
    for (let index = 0; index < rows.length; index++) {
      const first = this.#firstRows.get(ids[rows[index]!]!);
      if (first !== undefined) copyString(strings, first, target, index);
    }
  }
}

function copyString(from: Uint32Array, fromIndex: number, to: Uint32Array, toIndex: number): void {
  const [source, target] = [fromIndex * STRING_WORDS, toIndex * STRING_WORDS];
  to[target] = from[source]!;
  to[target + 1] = from[source + 1]!;
  to[target + 2] = from[source + 2]!;
  to[target + 3] = from[source + 3]!;
}
