import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';

/** Slots at the start, a power of two. It doubles when half of them are taken. */
const FIRST_SLOTS = 1 << 12;
/** Bytes of texts at the start. It doubles when they are full. */
const FIRST_BYTES = 1 << 16;

/**
 * Gives every distinct text a small number, so that a row holds numbers only and a text that every span repeats is neither
 * decoded nor copied again. Ids count from 1; 0 is no text. It only grows: its owner starts a new one when it is
 * large (`texts`, `bytes`). Bytes that are not UTF-8 read as U+FFFD where they are wrong: a bad label must not cost the
 * close that it labels.
 */
export class TextInterner {
  /** Of its own, so that no sender can know which texts share a slot. */
  readonly #seed = randomInt(2 ** 32);
  #slots = new Uint32Array(FIRST_SLOTS);
  #hashes = new Uint32Array(FIRST_SLOTS);
  /** Where the text of an id begins; it ends where the next one begins. */
  #starts = new Uint32Array(FIRST_SLOTS);
  #arena = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #used = 0;
  #texts: string[] = [''];

  /** Texts so far; their ids are 1 to this. */
  get texts(): number {
    return this.#texts.length - 1;
  }

  /** Bytes of all texts so far, in UTF-8. */
  get bytes(): number {
    return this.#used;
  }

  /** The id of the text that these bytes are in UTF-8, the same at every call; 0 for none. */
  idOf(bytes: Uint8Array, start: number, end: number): number {
    if (start === end) return 0;
    const hash = hashOf(bytes, start, end, this.#seed);
    let slot = hash & (this.#slots.length - 1);
    for (;;) {
      const id = this.#slots[slot]!;
      if (id === 0) return this.#add(bytes, start, end, hash, slot);
      if (this.#hashes[id] === hash && this.#isSame(id, bytes, start, end)) return id;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
  }

  /** The id of a text that is a string already. Lone surrogates become U+FFFD. */
  idOfString(text: string): number {
    const bytes = Buffer.from(text, 'utf8');
    return this.idOf(bytes, 0, bytes.length);
  }

  /** The text of an id; '' for 0. */
  textOf(id: number): string {
    const known = this.#texts[id];
    if (known !== undefined && (known !== '' || id === 0)) return known;
    const text = this.#arena.toString('utf8', this.#starts[id], this.#starts[id + 1]);
    this.#texts[id] = text;
    return text;
  }

  /** The text of an id in UTF-8, as it lies here: valid until the next text is added. */
  bytesOf(id: number): Uint8Array {
    return this.#arena.subarray(this.#starts[id], this.#starts[id + 1]);
  }

  #isSame(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const known = this.#starts[id]!;
    if (this.#starts[id + 1]! - known !== end - start) return false;
    const arena = this.#arena;
    for (let from = start, at = known; from < end; from++, at++) if (arena[at] !== bytes[from]) return false;
    return true;
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const id = this.#texts.length;
    if (id + 2 > this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#hashes = grown(this.#hashes);
    }
    const length = end - start;
    while (this.#used + length > this.#arena.length) {
      const arena = Buffer.allocUnsafeSlow(this.#arena.length * 2);
      this.#arena.copy(arena, 0, 0, this.#used);
      this.#arena = arena;
    }
    this.#arena.set(bytes.subarray(start, end), this.#used);
    this.#starts[id] = this.#used;
    this.#used += length;
    this.#starts[id + 1] = this.#used;
    this.#hashes[id] = hash;
    this.#texts.push('');
    this.#slots[slot] = id;
    if (id * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    for (let id = 1; id <= this.texts; id++) {
      let slot = this.#hashes[id]! & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/**
 * FNV-1a, 32 bits, with the last step of MurmurHash3, as the low bits alone choose the slot.
 * Sources: http://www.isthe.com/chongo/tech/comp/fnv/ and https://github.com/aappleby/smhasher
 */
function hashOf(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}
