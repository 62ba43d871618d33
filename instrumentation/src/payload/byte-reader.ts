import { isUtf8 } from 'node:buffer';

/** Items read before a structure counts as recognised: a large message need not be walked to its end. */
const MAX_ITEMS = 10_000;

/** Thrown by a reader where the bytes end inside an item, or can't be what they are read as. */
export class NotThisFormat extends Error {}

/** Thrown by a reader once enough items have been read without a contradiction. */
class Recognised extends Error {}

/** Walks over bytes of a binary format without copying them. Numbers are big-endian, as in MessagePack and CBOR. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #position = 0;
  #items = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) throw new NotThisFormat();
    this.#position += 1;
    return byte;
  }

  peek(): number | undefined {
    return this.#bytes[this.#position];
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  unsigned(length: number): number {
    let value = 0;
    for (let index = 0; index < length; index += 1) value = value * 256 + this.byte();
    return value;
  }

  skip(length: number): void {
    if (length > this.#bytes.length - this.#position) throw new NotThisFormat();
    this.#position += length;
  }

  /** Skips text, which has to be UTF-8. */
  text(length: number): void {
    const start = this.#position;
    this.skip(length);
    if (!isUtf8(this.#bytes.subarray(start, this.#position))) throw new NotThisFormat();
  }

  /** To be called once an item. */
  countItem(): void {
    this.#items += 1;
    if (this.#items > MAX_ITEMS) throw new Recognised();
  }
}

/** Whether `walk` gets through all of the bytes, or through as many items as it takes to be sure. */
export function isWalkable(bytes: Uint8Array, walk: (reader: ByteReader) => void): boolean {
  const reader = new ByteReader(bytes);
  try {
    walk(reader);
    return reader.atEnd;
  } catch (reason) {
    if (reason instanceof Recognised) return true;
    if (reason instanceof NotThisFormat || reason instanceof RangeError) return false;
    throw reason;
  }
}
