/** Longest string that is looked up, in bytes: names, versions and paths are shorter; longer ones hardly repeat. */
const MAX_CACHED_BYTES = 64;
/** Slots, a power of two: 4,096 strings of 64 bytes are 256 KiB at most, and a fleet has fewer distinct short values. */
const SLOTS = 4_096;

/**
 * Turns UTF-8 bytes into strings and gives the same string again for the same bytes, so that the keys and the few
 * values that every span repeats are decoded once. Direct-mapped: a newcomer takes its slot over, so memory is bounded.
 * Bytes that are not UTF-8 become U+FFFD: a bad label must not cost the close that it labels.
 */
export class StringCache {
  readonly #slots: string[] = new Array(SLOTS).fill('');

  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > MAX_CACHED_BYTES) return bytes.toString('utf8', start, end);
    // FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/
    let hash = 0x811c9dc5;
    let seen = 0;
    for (let index = start; index < end; index++) {
      const byte = bytes[index]!;
      seen |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (seen > 0x7f) return bytes.toString('utf8', start, end);
    const slot = (hash ^ (hash >>> 16)) & (SLOTS - 1);
    const known = this.#slots[slot]!;
    if (known.length === length && isSame(known, bytes, start)) return known;
    const fresh = bytes.toString('latin1', start, end);
    this.#slots[slot] = fresh;
    return fresh;
  }
}

function isSame(text: string, bytes: Buffer, start: number): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
