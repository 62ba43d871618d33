import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstInvalidByte } from './first-invalid-byte.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

describe('the first invalid byte', () => {
  it.each([
    ['text', Buffer.from('Grüße, 世界 🚲'), -1],
    ['nothing', Buffer.alloc(0), -1],
    ['a lone continuation byte', Buffer.of(0x61, 0x80), 1],
    ['an overlong slash', Buffer.of(0x2f, 0xc0, 0xaf), 1],
    ['a surrogate', Buffer.of(0x61, 0x62, 0xed, 0xa0, 0x80), 2],
    ['a code point past U+10FFFF', Buffer.of(0xf4, 0x90, 0x80, 0x80), 0],
    ['a character cut in two, at its first byte', Buffer.of(0x61, 0xe2, 0x82), 1],
    ['a gzip header', Buffer.of(0x1f, 0x8b, 0x08), 1],
  ])('of %s', (_name, bytes, expected) => {
    expect(firstInvalidByte(bytes)).toBe(expected);
  });

  it('is the end of the longest prefix that the platform decodes, at a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 6 }), (text, tail) => {
        const head = Buffer.from(text.toWellFormed());
        const bytes = Buffer.concat([head, tail]);
        const index = firstInvalidByte(bytes);
        expect(index === -1).toBe(isUtf8(bytes));
        if (index >= 0) {
          expect(index).toBeGreaterThanOrEqual(head.length);
          expect(isUtf8(bytes.subarray(0, index))).toBe(true);
        }
      }),
    );
  });
});
