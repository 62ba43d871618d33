import { TextInterner } from '../batch/text-interner.ts';
import { TextVector } from './text-vector.ts';

/** The texts of a result, out of its VARCHAR vectors. A text that repeats is one string. */
export class ResultTexts {
  readonly #interner = new TextInterner();

  /** Reads the `duckdb_string_t`s of a vector, in ascending order of the rows. */
  reader(strings: ArrayBuffer, validity: Uint8Array | null): (row: number) => string {
    const texts = new TextVector(strings, validity);
    const interner = this.#interner;
    return row => {
      texts.find(row);
      return interner.textOf(interner.idOf(texts.view, texts.start, texts.start + texts.length));
    };
  }
}
