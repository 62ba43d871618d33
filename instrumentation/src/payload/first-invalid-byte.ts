import { isUtf8 } from 'node:buffer';

/** Blocks of this size are checked natively, and only the block at fault byte by byte: 64 KiB takes well under a millisecond. */
const BLOCK_BYTES = 64 * 1024;

/**
 * The index of the first byte that is not part of well-formed UTF-8 (Unicode 17.0, table 3-7): the length of the longest
 * well-formed prefix. A sequence that is cut or broken counts from its first byte. Null where all of it is well-formed.
 * Example: `Uint8Array.of(0x1f, 0x8b)` gives 1; `Uint8Array.of(0x61, 0xe2, 0x82)` gives 1.
 */
export function firstInvalidByte(bytes: Uint8Array): number | null {
  let start = 0;
  while (start < bytes.length) {
    const end = blockEnd(bytes, start);
    if (!isUtf8(bytes.subarray(start, end))) return scan(bytes, start);
    start = end;
  }
  return null;
}

/** The end of a block that begins at `start`, moved back to where a character may begin. */
function blockEnd(bytes: Uint8Array, start: number): number {
  const end = start + BLOCK_BYTES;
  if (end >= bytes.length) return bytes.length;
  for (let back = 0; back < 4; back += 1) if (!isContinuation(bytes[end - back])) return end - back;
  return end;
}

function scan(bytes: Uint8Array, from: number): number | null {
  let index = from;
  while (index < bytes.length) {
    const length = sequenceLength(bytes, index);
    if (length === 0) return index;
    index += length;
  }
  return null;
}

/**
 * The length in bytes, 1 to 4, of the well-formed UTF-8 sequence that begins at `index`; 0 where none does. Table 3-7
 * narrows the second byte after E0 (no overlong), ED (no surrogates), F0 (no overlong) and F4 (nothing past U+10FFFF).
 */
export function sequenceLength(bytes: Uint8Array, index: number): number {
  const lead = bytes[index] ?? 0xff;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const second = bytes[index + 1];
  if (!isContinuation(second)) return 0;
  if (lead < 0xe0) return 2;
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return 0;
  if (!isContinuation(bytes[index + 2])) return 0;
  if (lead < 0xf0) return 3;
  if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return 0;
  return isContinuation(bytes[index + 3]) ? 4 : 0;
}

/** Whether a byte is one of 80 to BF, which continue a character and never begin one. */
export function isContinuation(byte: number | undefined): byte is number {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
