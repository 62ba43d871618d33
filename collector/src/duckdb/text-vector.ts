import duckdb from '@duckdb/node-bindings';

/** Bytes of text that lie in a `duckdb_string_t` itself; a longer one lies elsewhere, where its last 8 bytes point to. */
const INLINE_BYTES = 12;
const TWO_TO_32 = 2 ** 32;

/** True where a row of a vector holds something. DuckDB keeps a bit a row, and nothing where all rows do. */
export function isValid(validity: Uint8Array | null, row: number): boolean {
  return validity === null || (validity[row >>> 3]! & (1 << (row & 7))) !== 0;
}

/**
 * The bytes of the texts of one VARCHAR vector. Longer texts mostly lie one behind the other, in the order of the rows: a run of
 * them is copied at once, as a call a text would cost more than all the rest of a read.
 */
export class TextVector {
  /** The `duckdb_string_t`s as 32-bit words: the length, then the text or its first bytes and a pointer. */
  readonly words: Uint32Array;
  /** Where the text lies that `find` found last. */
  view: DataView<ArrayBufferLike>;
  start = 0;
  length = 0;
  readonly #strings: ArrayBuffer;
  readonly #inline: DataView;
  readonly #validity: Uint8Array | null;
  #run: DataView<ArrayBufferLike> = new DataView(new ArrayBuffer(0));
  #runStart = 0;

  /** `strings` is the vector's memory. Rows are best asked for in ascending order. */
  constructor(strings: ArrayBuffer, validity: Uint8Array | null) {
    this.words = new Uint32Array(strings);
    this.#strings = strings;
    this.#inline = new DataView(strings);
    this.#validity = validity;
    this.view = this.#inline;
  }

  /** Finds the text of a row that has one: its bytes are `length` from `start` on in `view`. */
  find(row: number): void {
    const length = this.words[row * 4]!;
    this.length = length;
    if (length <= INLINE_BYTES) {
      this.view = this.#inline;
      this.start = row * 16 + 4;
      return;
    }
    const at = pointerAt(this.words, row);
    if (at < this.#runStart || at + length > this.#runStart + this.#run.byteLength) {
      const copy = duckdb.get_data_from_pointer(this.#strings, row * 16 + 8, this.#runLength(row));
      this.#run = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
      this.#runStart = at;
    }
    this.view = this.#run;
    this.start = at - this.#runStart;
  }

  /** Bytes from a long text on that are texts of this vector without a gap: nothing else is ever read. */
  #runLength(first: number): number {
    const { words } = this;
    const start = pointerAt(words, first);
    let end = start + words[first * 4]!;
    for (let row = first + 1; row < words.length / 4; row++) {
      const length = words[row * 4]!;
      if (!isValid(this.#validity, row) || length <= INLINE_BYTES) continue;
      if (pointerAt(words, row) !== end) break;
      end += length;
    }
    return end - start;
  }
}

/** An address of 48 bits, which a double holds exactly. */
function pointerAt(words: Uint32Array, row: number): number {
  return words[row * 4 + 3]! * TWO_TO_32 + words[row * 4 + 2]!;
}
