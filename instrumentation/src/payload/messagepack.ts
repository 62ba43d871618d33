import { type ByteReader, isWalkable, NotThisFormat } from './byte-reader.ts';

/**
 * Whether the bytes are one MessagePack value, as applications send them: a map, an array, binary data or an extension,
 * with nothing after it. Source: the MessagePack specification, "Formats".
 */
export function isMessagePack(bytes: Uint8Array): boolean {
  const root = bytes[0];
  if (root === undefined || bytes.length < 2) return false;
  const isContainer = (root >= 0x80 && root <= 0x9f) || (root >= 0xdc && root <= 0xdf);
  const isBytes = (root >= 0xc4 && root <= 0xc9) || (root >= 0xd4 && root <= 0xd8);
  return (isContainer || isBytes) && isWalkable(bytes, readValues);
}

/** Reads one value and all that it contains. `pending` counts values still to come, so that depth costs no stack. */
function readValues(reader: ByteReader): void {
  let pending = 1;
  while (pending > 0) {
    pending += readValue(reader) - 1;
    reader.countItem();
  }
}

/** Skips one value's own bytes, and answers how many values follow inside it. */
function readValue(reader: ByteReader): number {
  const format = reader.byte();
  if (format <= 0x7f || format >= 0xe0) return 0;
  if (format <= 0x8f) return (format & 0x0f) * 2;
  if (format <= 0x9f) return format & 0x0f;
  if (format <= 0xbf) return skipped(() => reader.text(format & 0x1f));
  switch (format) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return 0;
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return skipped(() => reader.skip(reader.unsigned(2 ** (format - 0xc4))));
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return skipped(() => reader.skip(reader.unsigned(2 ** (format - 0xc7)) + 1));
    case 0xca:
      return skipped(() => reader.skip(4));
    case 0xcb:
      return skipped(() => reader.skip(8));
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
      return skipped(() => reader.skip(2 ** (format - 0xcc)));
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return skipped(() => reader.skip(2 ** (format - 0xd0)));
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return skipped(() => reader.skip(2 ** (format - 0xd4) + 1));
    case 0xd9:
    case 0xda:
    case 0xdb:
      return skipped(() => reader.text(reader.unsigned(2 ** (format - 0xd9))));
    case 0xdc:
    case 0xdd:
      return reader.unsigned(2 * (format - 0xdb));
    case 0xde:
    case 0xdf:
      return reader.unsigned(2 * (format - 0xdd)) * 2;
    default:
      throw new NotThisFormat(); // C1 is never used
  }
}

function skipped(skip: () => void): 0 {
  skip();
  return 0;
}
