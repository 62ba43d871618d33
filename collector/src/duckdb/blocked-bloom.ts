/** 32-bit words of a block: one line of a processor's cache holds two, so that a look costs one miss. */
const BLOCK_WORDS = 8;
/**
 * Bits a key: -8 / ln(1 - p^(1/8)) is 29.6 for p = 1e-5. As blocks fill unevenly it is 3e-5 (measured in the test), so that a commit
 * of 10,000 new rows has to look into the files every third time.
 */
const BITS_A_KEY = 32;
const TWO_TO_32 = 2 ** 32;

/** Odd numbers, one a word, that turn one hash into eight positions. From the format's text. */
const SALTS = [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31] as const;

/**
 * A split block Bloom filter: it says of a key "surely never added" or "perhaps added", in 32 bits a key. Keys are two independent 32-bit
 * hashes. Source: Parquet's BloomFilter.md, "Split block Bloom filters".
 */
export class BlockedBloom {
  /** Keys up to which the share of wrong answers holds. */
  readonly capacity: number;
  /** Keys added. */
  keys = 0;
  readonly #words: Uint32Array;
  readonly #blocks: number;

  constructor(capacity: number) {
    this.#blocks = Math.ceil((capacity * BITS_A_KEY) / (BLOCK_WORDS * 32));
    this.capacity = (this.#blocks * BLOCK_WORDS * 32) / BITS_A_KEY;
    this.#words = new Uint32Array(this.#blocks * BLOCK_WORDS);
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  has(place: number, bits: number): boolean {
    const start = this.#blockAt(place);
    for (let word = 0; word < BLOCK_WORDS; word++) {
      if ((this.#words[start + word]! & bitOf(bits, word)) === 0) return false;
    }
    return true;
  }

  add(place: number, bits: number): void {
    const start = this.#blockAt(place);
    for (let word = 0; word < BLOCK_WORDS; word++) this.#words[start + word]! |= bitOf(bits, word);
    this.keys += 1;
  }

  #blockAt(place: number): number {
    return Math.floor((place / TWO_TO_32) * this.#blocks) * BLOCK_WORDS;
  }
}

function bitOf(bits: number, word: number): number {
  return 1 << (Math.imul(bits, SALTS[word]!) >>> 27);
}
