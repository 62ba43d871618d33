import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { PayloadSignature } from '../attributes.ts';
import { classifyPayload } from './classify-payload.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Literal bytes of each format, with the offset of the first byte that is not UTF-8. */
const EXAMPLES: readonly (readonly [string, Buffer, PayloadSignature, number])[] = [
  ['a gzip header', hex('1f8b 0800 0000 0000 0003'), 'gzip', 1],
  ['the first bytes of gzip', hex('1f8b 08'), 'gzip', 1],
  ['zlib at its default level', hex('789c 4b4c 4a06 0002 4d01 27'), 'zlib', 1],
  ['zlib at its best level', hex('78da 4b4c 4a06 0002 4d01 27'), 'zlib', 1],
  ['a zstd frame', hex('28b5 2ffd 2003 1900 0061 6263'), 'zstd', 1],
  ['a PNG', hex('8950 4e47 0d0a 1a0a 0000 000d 4948 4452'), 'png', 0],
  ['a JPEG', hex('ffd8 ffe0 0010 4a46 4946 0001'), 'jpeg', 0],
  ['UTF-16 with a byte order mark, little-endian', hex('fffe 6800 6900'), 'utf-16le', 0],
  ['UTF-16 with a byte order mark, big-endian', hex('feff 0068 0069'), 'utf-16be', 0],
  ['UTF-16 without a mark, little-endian', Buffer.from('caf\u00e9 to go', 'utf16le'), 'utf-16le', 6],
  ['UTF-16 without a mark, big-endian', Buffer.from('caf\u00e9 to go', 'utf16le').swap16(), 'utf-16be', 7],
  ['MessagePack: {"compact":true,"schema":0}', hex('82 a7636f6d70616374 c3 a6736368656d61 00'), 'msgpack', 0],
  ['MessagePack: an array with a float', hex('93 01 cb3ff8000000000000 a3616263'), 'msgpack', 0],
  ['MessagePack: a map of 16', Buffer.concat([hex('de0010'), ...Array(16).fill(hex('a16b 05'))]), 'msgpack', 0],
  ['CBOR: {"a":1,"b":[2,3]} (RFC 8949, appendix A)', hex('a2 6161 01 6162 82 02 03'), 'cbor', 0],
  ['CBOR: an indefinite map (RFC 8949, appendix A)', hex('bf 6346756e f5 63416d74 21 ff'), 'cbor', 0],
  ['CBOR that describes itself', hex('d9d9f7 a1 6161 01'), 'cbor', 0],
  ['protobuf: {1: 150, 2: "testing"}', hex('08 9601 12 07 74657374696e67'), 'protobuf', 1],
  ['protobuf: a nested message', hex('1a 03 08 9601 22 02 0386'), 'protobuf', 3],
  ['Latin-1: a word', latin1('caf\u00e9'), 'latin-1', 3],
  ['Latin-1: a sentence', latin1('{"name":"J\u00fcrgen M\u00fcller"}'), 'latin-1', 10],
  ['Windows-1252: curly quotes', hex('93 68656c6c6f 94 20 776f726c64'), 'latin-1', 0],
  ['a character cut after one byte of two', hex('636166 c3'), 'cut_sequence', 3],
  ['a character cut after two bytes of three', hex('3130 20 e282'), 'cut_sequence', 3],
  ['a character cut after three bytes of four', hex('6869 20 f09f98'), 'cut_sequence', 3],
  ['a lone lead behind other characters', Buffer.concat([Buffer.from('日本'), hex('e8')]), 'cut_sequence', 6],
  ['the rest of a cut character, then text', hex('82ac 20 6f6b'), 'cut_sequence', 0],
  ['a lone high surrogate', hex('6869 eda0bd'), 'surrogate', 2],
  ['a surrogate pair in CESU-8', hex('6869 eda0bd edb880 2e'), 'surrogate', 2],
  ['an overlong zero, as Java writes it', hex('6869 c080 2e'), 'overlong', 2],
  ['an overlong slash in three bytes', hex('2e2e e080af 2e2e'), 'overlong', 2],
  ['bytes of no known shape', hex('00ff 13c7 a9f8 0b99 e71d'), 'unknown', 1],
];

describe('the class of a payload', () => {
  it.each(EXAMPLES)('%s', (_name, bytes, signature, offset) => {
    expect(classifyPayload(bytes)).toEqual({ offset, signature });
  });

  it('is none for well-formed UTF-8, whatever its characters', () => {
    expect(classifyPayload(Buffer.from('{"text":"naïve 日本 😀"}'))).toBe(null);
    expect(classifyPayload(new Uint8Array(0))).toBe(null);
  });

  it('names what real compressors write', () => {
    const text = Buffer.from(JSON.stringify({ user: 'u-1', body: 'hello hello hello hello' }));
    expect(classifyPayload(gzipSync(text))?.signature).toBe('gzip');
    expect(classifyPayload(deflateSync(text))?.signature).toBe('zlib');
    expect(classifyPayload(zstdCompressSync(text))?.signature).toBe('zstd');
  });

  it('does not overflow the stack on arrays that are nested without end', () => {
    const nested = Buffer.alloc(100_000, 0x81);
    nested[0] = 0x9f;
    expect(classifyPayload(nested)?.offset).toBe(0);
  });
});
