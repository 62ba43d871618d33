import { type ByteReader, isWalkable, NotThisFormat } from './byte-reader.ts';

/** The format allows 536,870,911, but people count from one: larger numbers are more likely chance. */
const MAX_FIELD_NUMBER = 4096;
/** Shorter messages pass for protobuf by chance. */
const MIN_BYTES = 4;

/**
 * Whether the bytes are a protobuf message: fields up to the last byte, without groups, which proto3 no longer has.
 * Protobuf has no signature of its own, so this is the weakest of the recognitions and belongs last.
 * Source: Protocol Buffers, "Encoding".
 */
export function isProtobuf(bytes: Uint8Array): boolean {
  return bytes.length >= MIN_BYTES && isWalkable(bytes, readFields);
}

function readFields(reader: ByteReader): void {
  while (!reader.atEnd) {
    reader.countItem();
    const tag = readVarint(reader);
    const field = Math.floor(tag / 8);
    if (field < 1 || field > MAX_FIELD_NUMBER) throw new NotThisFormat();
    readField(reader, tag % 8);
  }
}

function readField(reader: ByteReader, wireType: number): void {
  if (wireType === 0) readVarint(reader);
  else if (wireType === 1) reader.skip(8);
  else if (wireType === 2) reader.skip(readVarint(reader));
  else if (wireType === 5) reader.skip(4);
  else throw new NotThisFormat();
}

/** At most 10 bytes; the value is exact up to 2^53, which is past every length that fits. */
function readVarint(reader: ByteReader): number {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = reader.byte();
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  throw new NotThisFormat();
}
