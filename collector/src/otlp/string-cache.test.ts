import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StringCache } from './string-cache.ts';

const read = (cache: StringCache, bytes: Buffer) => cache.read(bytes, 0, bytes.length);

describe('the string cache', () => {
  it('gives what the bytes say, however many strings share its slots', () => {
    const cache = new StringCache();
    const texts = Array.from({ length: 50_000 }, (_, serial) => `client-${serial}`);
    for (const text of [...texts, ...texts]) expect(read(cache, Buffer.from(text))).toBe(text);
  });

  it('reads any text as Node does, of any length and in any language', () => {
    const cache = new StringCache();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), text => {
        const bytes = Buffer.from(text);
        expect(read(cache, bytes)).toBe(bytes.toString());
        expect(read(cache, bytes)).toBe(bytes.toString());
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads a part of a buffer', () => {
    expect(new StringCache().read(Buffer.from('a/rooms/b'), 1, 7)).toBe('/rooms');
  });

  it('puts U+FFFD for bytes that are not UTF-8', () => {
    expect(read(new StringCache(), Buffer.from([0x61, 0xff, 0x62]))).toBe('a\ufffdb');
  });
});
