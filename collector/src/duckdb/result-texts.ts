import duckdb from '@duckdb/node-bindings';
import { TextInterner } from '../batch/text-interner.ts';

/** Bytes of text that lie in a `duckdb_string_t` itself; a longer one lies elsewhere, where its last 8 bytes point to. */
const INLINE_BYTES = 12;
const TWO_TO_32 = 2 ** 32;

/** True where a row of a vector holds something. DuckDB keeps a bit a row, and nothing where all rows do. */
export function isValid(validity: Uint8Array | null, row: number): boolean {
  return validity === null || (validity[row >>> 3]! & (1 << (row & 7))) !== 0;
}

/**
 * The texts of a result, out of its VARCHAR vectors. A text that repeats is one string. Longer texts lie one behind the other, in
 * the order of the rows: a run of them is copied at once, as a call a text would cost more than all the rest of a read.
 */
export class ResultTexts {
  readonly #interner = new TextInterner();

  /** Reads the `duckdb_string_t`s of a vector, in ascending order of the rows. */
  reader(strings: ArrayBuffer, validity: Uint8Array | null): (row: number) => string {
    const words = new Uint32Array(strings);
    const inline = new DataView(strings);
    let run: DataView = new DataView(new ArrayBuffer(0));
    let runStart = 0;
    return row => {
      const length = words[row * 4]!;
      if (length <= INLINE_BYTES) return this.#text(inline, row * 16 + 4, length);
      const start = pointerAt(words, row);
      if (start < runStart || start + length > runStart + run.byteLength) {
        const copy = duckdb.get_data_from_pointer(strings, row * 16 + 8, runLength(words, validity, row));
        run = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
        runStart = start;
      }
      return this.#text(run, start - runStart, length);
    };
  }

  #text(bytes: DataView, start: number, length: number): string {
    return this.#interner.textOf(this.#interner.idOf(bytes, start, start + length));
  }
}

/** Bytes from a long text on that are texts of this vector without a gap: nothing else is ever read. */
function runLength(words: Uint32Array, validity: Uint8Array | null, first: number): number {
  const start = pointerAt(words, first);
  let end = start + words[first * 4]!;
  for (let row = first + 1; row < words.length / 4; row++) {
    const length = words[row * 4]!;
    if (!isValid(validity, row) || length <= INLINE_BYTES) continue;
    if (pointerAt(words, row) !== end) break;
    end += length;
  }
  return end - start;
}

/** An address of 48 bits, which a double holds exactly. */
function pointerAt(words: Uint32Array, row: number): number {
  return words[row * 4 + 3]! * TWO_TO_32 + words[row * 4 + 2]!;
}
