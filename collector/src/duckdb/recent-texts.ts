/** 32-bit words of a `duckdb_string_t`: the length, then the text or its first bytes and a pointer. */
const STRING_WORDS = 4;
/** Slots of the table: many times the versions, codes or instances that a chunk has. */
const SLOTS = 256;

/**
 * Places of texts by their 16 bytes in a vector's memory; one slot a text, the newer one wins. Good for one vector: the next one's texts may lie
 * where this one's lay.
 */
export class RecentTexts {
  readonly #words = new Uint32Array(SLOTS * STRING_WORDS);
  readonly #places = new Int32Array(SLOTS).fill(-1);

  /** Forgets all, for the next vector. */
  clear(): void {
    this.#places.fill(-1);
  }

  placeOf(words: Uint32Array, row: number): number | undefined {
    const at = row * STRING_WORDS;
    const slot = slotOf(words, at);
    for (let word = 0; word < STRING_WORDS; word++) {
      if (this.#words[slot * STRING_WORDS + word] !== words[at + word]) return undefined;
    }
    const place = this.#places[slot]!;
    return place < 0 ? undefined : place;
  }

  put(words: Uint32Array, row: number, place: number): void {
    const at = row * STRING_WORDS;
    const slot = slotOf(words, at);
    for (let word = 0; word < STRING_WORDS; word++) this.#words[slot * STRING_WORDS + word] = words[at + word]!;
    this.#places[slot] = place;
  }
}

function slotOf(words: Uint32Array, at: number): number {
  let hash = words[at]!;
  for (let word = 1; word < STRING_WORDS; word++) hash = Math.imul(hash ^ words[at + word]!, 0x9e37_79b1);
  return hash >>> 24;
}
