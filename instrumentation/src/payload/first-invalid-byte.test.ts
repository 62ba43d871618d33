import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstInvalidByte } from './first-invalid-byte.ts';

/** Unicode 17.0, table 3-7 and its neighbours: bytes, and the index of the first that is not well-formed. */
const EXAMPLES: readonly (readonly [string, readonly number[], number | null])[] = [
  ['nothing', [], null],
  ['ASCII', [0x61, 0x7f, 0x00], null],
  ['two, three and four bytes', [0xc2, 0x80, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80], null],
  ['the last code point, U+10FFFF', [0xf4, 0x8f, 0xbf, 0xbf], null],
  ['past the last code point', [0xf4, 0x90, 0x80, 0x80], 0],
  ['a lead that no character has', [0x61, 0xf5, 0x80, 0x80, 0x80], 1],
  ['FF', [0x61, 0x62, 0xff], 2],
  ['a continuation byte by itself', [0x61, 0x80], 1],
  ['gzip', [0x1f, 0x8b, 0x08, 0x00], 1],
  ['overlong in two bytes', [0xc0, 0x80], 0],
  ['overlong in three bytes', [0x61, 0xe0, 0x9f, 0xbf], 1],
  ['overlong in four bytes', [0xf0, 0x8f, 0xbf, 0xbf], 0],
  ['the last code point before the surrogates', [0xed, 0x9f, 0xbf], null],
  ['the first surrogate', [0xed, 0xa0, 0x80], 0],
  ['the first code point after the surrogates', [0xee, 0x80, 0x80], null],
  ['a character cut after one byte of two', [0x61, 0xc3], 1],
  ['a character cut after two bytes of three', [0x61, 0xe2, 0x82], 1],
  ['a character cut after three bytes of four', [0x61, 0xf0, 0x9f, 0x98], 1],
  ['a character broken off in the middle', [0x61, 0xe2, 0x82, 0x62, 0x63], 1],
];

/** Bytes that are near-UTF-8 more often than random ones are. */
const nearlyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }).map(text => [...Buffer.from(text)]),
      fc.array(fc.constantFrom(0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4), {
        maxLength: 4,
      }),
    ),
    { maxLength: 6 },
  )
  .map(parts => Uint8Array.from(parts.flat()));

describe('the first invalid byte', () => {
  it.each(EXAMPLES)('of %s', (_name, bytes, expected) => {
    expect(firstInvalidByte(Uint8Array.from(bytes))).toBe(expected);
  });

  it('exists exactly where Node and TextDecoder refuse the bytes', () => {
    const isDecodable = (bytes: Uint8Array): boolean => {
      try {
        new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.oneof(nearlyText, fc.uint8Array({ maxLength: 16 })), bytes => {
        expect(firstInvalidByte(bytes) === null).toBe(isUtf8(bytes));
        expect(firstInvalidByte(bytes) === null).toBe(isDecodable(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('ends the longest prefix that Node takes for UTF-8', () => {
    fc.assert(
      fc.property(nearlyText, bytes => {
        const lengths = Array.from({ length: bytes.length + 1 }, (_, length) => length);
        const longest = lengths.findLast(length => isUtf8(bytes.subarray(0, length)));
        expect(firstInvalidByte(bytes) ?? bytes.length).toBe(longest);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([65_533, 65_534, 65_535, 65_536, 65_537])('is found behind a block of 64 KiB, at %i', position => {
    const text = Buffer.concat([Buffer.alloc(position, 'a'), Buffer.from('€€')]);
    expect(firstInvalidByte(text)).toBe(null);
    expect(firstInvalidByte(Buffer.concat([text, Buffer.of(0xff)]))).toBe(position + 6);
    expect(firstInvalidByte(text.subarray(0, position + 5))).toBe(position + 3);
  });
});
