import { Buffer, isUtf8 } from 'node:buffer';
import { randomInt } from 'node:crypto';
import { murmurHash } from './murmur-hash.ts';
import { sameBytes } from './same-bytes.ts';

/** Slots at the start, a power of two. It doubles when half of them are taken. */
const FIRST_SLOTS = 1 << 12;
/** Bytes of texts at the start. It doubles when they are full. */
const FIRST_BYTES = 1 << 16;
/** Bytes for a text that comes as a string; a longer one gets a buffer of its own. */
const SCRATCH_BYTES = 1 << 12;
/**
 * Slots that are looked at for one text. A table of a million texts, half full, needs 72 at most by expectation (ln n / 0.193: Knuth,
 * volume 3, 6.4); only texts made to share a slot need more, and such a text is kept once more instead of searched for.
 */
const MAX_PROBES = 256;

/** Of the process, so that no sender can know which texts share a slot, and so that a text keeps its hash from one interner to the next. */
const SEED = randomInt(2 ** 32);

/** A view of the bytes of a buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Gives every distinct text a small number, so that a row holds numbers only and a text that every span repeats is neither
 * decoded nor copied again. Ids count from 1; 0 is no text. It only grows: its owner starts a new one when it is
 * large (`texts`, `bytes`). What it holds is always UTF-8: where bytes are not, they are kept with U+FFFD instead of what is wrong, as
 * a bad label must not cost the close that it labels.
 */
export class TextInterner {
  #slots = new Uint32Array(FIRST_SLOTS);
  #hashes = new Uint32Array(FIRST_SLOTS);
  /** Where the text of an id begins; it ends where the next one begins. */
  #starts = new Uint32Array(FIRST_SLOTS);
  #arena = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #view = viewOf(this.#arena);
  #used = 0;
  #texts: string[] = [''];
  readonly #scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
  readonly #scratchView = viewOf(this.#scratch);

  /** Texts so far; their ids are 1 to this. */
  get texts(): number {
    return this.#texts.length - 1;
  }

  /** Bytes of all texts so far, in UTF-8. */
  get bytes(): number {
    return this.#used;
  }

  /** The id of the text that these bytes are in UTF-8, the same at every call; 0 for none. */
  idOf(view: DataView, start: number, end: number): number {
    if (start === end) return 0;
    const hash = murmurHash(view, start, end, SEED);
    return this.#find(view, start, end, hash) || this.#add(view, start, end, hash);
  }

  /** The id of a text that is a string already. Lone surrogates become U+FFFD. */
  idOfString(text: string): number {
    if (text.length * 3 <= SCRATCH_BYTES) return this.idOf(this.#scratchView, 0, this.#scratch.write(text));
    const bytes = Buffer.from(text, 'utf8');
    return this.idOf(viewOf(bytes), 0, bytes.length);
  }

  /** The id of a text that is here already; 0 where it is not. */
  find(view: DataView, start: number, end: number): number {
    return start === end ? 0 : this.#find(view, start, end, murmurHash(view, start, end, SEED));
  }

  /** As `find`, of a text that is a string. */
  findString(text: string): number {
    if (text.length * 3 <= SCRATCH_BYTES) return this.find(this.#scratchView, 0, this.#scratch.write(text));
    const bytes = Buffer.from(text, 'utf8');
    return this.find(viewOf(bytes), 0, bytes.length);
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

  /** A hash of the text, the same in every interner of this process. */
  hashOf(id: number): number {
    return this.#hashes[id]!;
  }

  /** The hash that a text of these bytes has, or would have. */
  hash(view: DataView, start: number, end: number): number {
    return murmurHash(view, start, end, SEED);
  }

  #find(view: DataView, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const length = end - start;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const id = slots[(hash + probe) & mask]!;
      if (id === 0) return 0;
      if (this.#hashes[id] !== hash) continue;
      const known = this.#starts[id]!;
      if (this.#starts[id + 1]! - known === length && sameBytes(this.#view, known, view, start, length)) return id;
    }
    return 0;
  }

  #add(view: DataView, start: number, end: number, hash: number): number {
    if (!this.#copy(view, start, end)) {
      return this.idOfString(this.#arena.toString('utf8', this.#used, this.#used + end - start));
    }
    const id = this.#texts.length;
    if (id + 2 > this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#hashes = grown(this.#hashes);
    }
    this.#starts[id] = this.#used;
    this.#used += end - start;
    this.#starts[id + 1] = this.#used;
    this.#hashes[id] = hash;
    this.#texts.push('');
    if (id * 2 > this.#slots.length) this.#rehash();
    else take(this.#slots, id, hash);
    return id;
  }

  /** Copies a text to the end of the others, and tells whether it is UTF-8. */
  #copy(view: DataView, start: number, end: number): boolean {
    const length = end - start;
    while (this.#used + length > this.#arena.length) {
      const arena = Buffer.allocUnsafeSlow(this.#arena.length * 2);
      this.#arena.copy(arena, 0, 0, this.#used);
      this.#arena = arena;
      this.#view = viewOf(arena);
    }
    let seen = 0;
    for (let index = 0; index < length; index++) {
      const byte = view.getUint8(start + index);
      seen |= byte;
      this.#arena[this.#used + index] = byte;
    }
    return seen < 0x80 || isUtf8(this.#arena.subarray(this.#used, this.#used + length));
  }

  #rehash(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let id = 1; id <= this.texts; id++) take(this.#slots, id, this.#hashes[id]!);
  }
}

/** Puts an id into the first free slot of its hash, or into none where all that would be looked at are taken. */
function take(slots: Uint32Array, id: number, hash: number): void {
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    const slot = (hash + probe) & (slots.length - 1);
    if (slots[slot] !== 0) continue;
    slots[slot] = id;
    return;
  }
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
