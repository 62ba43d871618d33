import { crc32, deflateSync, gzipSync } from 'node:zlib';
import { firstInvalidByte } from './first-invalid-byte.ts';
import { between, pick, type Random } from './seeded-random.ts';

/** The kinds of bytes that the client with the bug can send as text; the names are those of `websocket.payload.signature`. */
export const WRONG_KINDS = ['gzip', 'zlib', 'msgpack', 'png', 'utf-16le', 'cut_sequence'] as const;
export type WrongKind = (typeof WRONG_KINDS)[number];

/** A message that is not UTF-8, what it really is, and the index of its first byte that is wrong. */
export interface WrongBytes {
  signature: WrongKind;
  offset: number;
  bytes: Uint8Array;
}

/** Each with a letter from U+00C0 to U+00FF: in UTF-16 others can happen to be UTF-8 too. */
const STREETS = ['Königsallee', 'Avenida São João', 'Gran Vía', 'Østergade', 'Rue de l’Écluse'] as const;
const OLD_TEXTS = ['Café au lait', 'Señor Núñez', 'Grüße aus Köln', 'Crème brûlée', 'Smørrebrød'] as const;

function report(random: Random): { trip: number; street: string; samples: number[] } {
  const samples = Array.from({ length: 24 }, () => Math.floor(between(random, 0, 1000)));
  return { trip: Math.floor(between(random, 1, 100_000)), street: pick(random, STREETS), samples };
}

/** A string of at most 31 bytes (fixstr) or a number (uint 32). Source: the MessagePack specification. */
function packed(value: string | number): Buffer {
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(5, 0xce);
    bytes.writeUInt32BE(value, 1);
    return bytes;
  }
  const utf8 = Buffer.from(value);
  if (utf8.length > 31) throw new RangeError(`expected a string of at most 31 bytes, got ${utf8.length}`);
  return Buffer.concat([Buffer.of(0xa0 | utf8.length), utf8]);
}

/** A map of at most 15 entries (fixmap), in MessagePack. */
function msgpack(fields: Record<string, string | number>): Buffer {
  const entries = Object.entries(fields);
  return Buffer.concat([Buffer.of(0x80 | entries.length), ...entries.flat().map(packed)]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A picture of one pixel with a seeded shade of grey. Source: PNG specification (third edition), section 5. */
function png(random: Random): Buffer {
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const pixel = deflateSync(Buffer.of(0, Math.floor(between(random, 0, 256))));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngChunk('IHDR', header),
    pngChunk('IDAT', pixel),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A message cut after a number of bytes instead of characters, in the middle of its last character. */
function cutText(random: Random): Buffer {
  const whole = Buffer.from(
    `{"trip":${Math.floor(between(random, 1, 100_000))},"note":"${pick(random, OLD_TEXTS)} – €`,
  );
  return whole.subarray(0, whole.length - 1);
}

function encode(kind: WrongKind, random: Random): Buffer {
  switch (kind) {
    case 'gzip':
      return gzipSync(JSON.stringify(report(random)));
    case 'zlib':
      return deflateSync(JSON.stringify(report(random)));
    case 'msgpack':
      return msgpack({ type: 'trip', trip: Math.floor(between(random, 1, 100_000)), street: pick(random, STREETS) });
    case 'png':
      return png(random);
    case 'utf-16le':
      return Buffer.from(`{"street":"${pick(random, STREETS)}"}`, 'utf16le');
    case 'cut_sequence':
      return cutText(random);
  }
}

/** Real bytes of one kind: made by the format's own encoder from a seeded message, with the offset computed from them. */
export function wrongBytes(kind: WrongKind, random: Random): WrongBytes {
  const bytes = new Uint8Array(encode(kind, random));
  const offset = firstInvalidByte(bytes);
  if (offset < 0) throw new Error(`expected ${kind} bytes that are not UTF-8, got bytes that are`);
  return { signature: kind, offset, bytes };
}

/** What an old client sends now and then: a text with an accent, in latin-1. */
export function latin1Text(random: Random): Uint8Array {
  return new Uint8Array(Buffer.from(JSON.stringify({ type: 'note', text: pick(random, OLD_TEXTS) }), 'latin1'));
}
