import type { PayloadSignature } from '../attributes.ts';

/** Leading bytes that name a format beyond doubt. The sources are the formats' own specifications. */
const MAGIC_NUMBERS: readonly (readonly [PayloadSignature, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]], // RFC 1952, 2.3.1; 8 is deflate, the only method there is
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]], // RFC 8878, 3.1.1
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]], // PNG, 5.2
  ['jpeg', [0xff, 0xd8, 0xff]], // ISO 10918-1, B.1: start of image, and the next marker
  ['utf-16le', [0xff, 0xfe]], // RFC 2781, 3.2: byte order marks
  ['utf-16be', [0xfe, 0xff]],
  ['cbor', [0xd9, 0xd9, 0xf7]], // RFC 8949, 3.4.6: the tag "self-described CBOR"
];

/** The format that the leading bytes name, or null. */
export function signatureFromMagicNumber(bytes: Uint8Array): PayloadSignature | null {
  for (const [signature, magic] of MAGIC_NUMBERS) {
    if (bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte)) return signature;
  }
  return isZlibHeader(bytes) ? 'zlib' : null;
}

/** RFC 1950, 2.2: deflate with a window of up to 32 KiB, and the two bytes a multiple of 31. Levels are 01, 5E, 9C, DA. */
function isZlibHeader(bytes: Uint8Array): boolean {
  const [method, flags] = bytes;
  if (method === undefined || flags === undefined || bytes.length < 6) return false;
  return (method & 0x0f) === 8 && method >> 4 <= 7 && flags >= 0x80 && (method * 256 + flags) % 31 === 0;
}
