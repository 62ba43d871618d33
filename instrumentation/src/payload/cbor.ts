import { type ByteReader, isWalkable, NotThisFormat } from './byte-reader.ts';

const INDEFINITE = 31;
const BREAK = 0xff;
/** Nesting past this is no application's message; it bounds the stack. */
const MAX_DEPTH = 64;

/**
 * Whether the bytes are one CBOR array or map, as applications send them, with nothing after it. A root of another type is
 * left out, because short text passes for it: "Caf" E9 is a byte string of three. Source: RFC 8949, section 3.
 */
export function isCbor(bytes: Uint8Array): boolean {
  const root = bytes[0];
  if (root === undefined || bytes.length < 2) return false;
  const major = root >> 5;
  return (major === 4 || major === 5) && isWalkable(bytes, reader => readItem(reader, 0));
}

function readItem(reader: ByteReader, depth: number): void {
  if (depth > MAX_DEPTH) throw new NotThisFormat();
  reader.countItem();
  const head = reader.byte();
  const major = head >> 5;
  const information = head & 0x1f;
  if (information === INDEFINITE) readIndefinite(reader, major, depth);
  else readDefinite(reader, major, readArgument(reader, information), depth);
}

function readDefinite(reader: ByteReader, major: number, argument: number, depth: number): void {
  if (major === 2) reader.skip(argument);
  else if (major === 3) reader.text(argument);
  else if (major === 4) readItems(reader, argument, depth);
  else if (major === 5) readItems(reader, argument * 2, depth);
  else if (major === 6) readItem(reader, depth + 1);
}

function readItems(reader: ByteReader, count: number, depth: number): void {
  for (let index = 0; index < count; index += 1) readItem(reader, depth + 1);
}

/** RFC 8949, section 3.2: items up to a break, which stands outside of a map's pairs. */
function readIndefinite(reader: ByteReader, major: number, depth: number): void {
  if (major < 2 || major > 5) throw new NotThisFormat();
  while (reader.peek() !== BREAK) {
    const chunk = reader.peek();
    if (major < 4 && chunk !== undefined && chunk >> 5 !== major) throw new NotThisFormat();
    readItem(reader, depth + 1);
    if (major === 5) readItem(reader, depth + 1);
  }
  reader.skip(1);
}

function readArgument(reader: ByteReader, information: number): number {
  if (information < 24) return information;
  if (information > 27) throw new NotThisFormat();
  return reader.unsigned(2 ** (information - 24));
}
