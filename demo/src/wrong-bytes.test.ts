import { gunzipSync, inflateSync } from 'node:zlib';
import { classifyPayload } from '@closewatch/instrumentation';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './seeded-random.ts';
import { latin1Text, WRONG_KINDS, type WrongKind, wrongBytes } from './wrong-bytes.ts';

function hexOf(kind: WrongKind, length: number): string {
  return Buffer.from(wrongBytes(kind, seededRandom(7)).bytes)
    .subarray(0, length)
    .toString('hex');
}

describe('bytes that are not text', () => {
  it.each([
    ['gzip', 1],
    ['zlib', 1],
    ['msgpack', 0],
    ['png', 0],
  ] as const)('%s is wrong from byte %i on, whatever the seed', (kind, offset) => {
    for (let seed = 0; seed < 50; seed++) expect(wrongBytes(kind, seededRandom(seed)).offset).toBe(offset);
  });

  it.each(['utf-16le', 'cut_sequence'] as const)('%s is wrong at a place that the seed decides', kind => {
    const offsets = new Set(Array.from({ length: 50 }, (_, seed) => wrongBytes(kind, seededRandom(seed)).offset));
    expect(offsets.size).toBeGreaterThan(1);
  });

  it('begins as its format begins', () => {
    expect(hexOf('gzip', 3)).toBe('1f8b08');
    expect(hexOf('zlib', 2)).toBe('789c');
    expect(hexOf('msgpack', 6)).toBe('83a474797065');
    expect(hexOf('png', 8)).toBe('89504e470d0a1a0a');
    expect(hexOf('utf-16le', 4)).toBe('7b002200');
  });

  it('can be read by its format', () => {
    expect(JSON.parse(gunzipSync(wrongBytes('gzip', seededRandom(1)).bytes).toString()).samples).toHaveLength(24);
    expect(JSON.parse(inflateSync(wrongBytes('zlib', seededRandom(1)).bytes).toString()).samples).toHaveLength(24);
    expect(JSON.parse(Buffer.from(wrongBytes('utf-16le', seededRandom(1)).bytes).toString('utf16le'))).toHaveProperty(
      'street',
    );
  });

  it('is text again in a cut sequence, once the missing byte is there', () => {
    const { bytes, offset } = wrongBytes('cut_sequence', seededRandom(3));
    expect(bytes.length - offset).toBe(2);
    expect(Buffer.concat([bytes, Buffer.of(0xac)]).toString()).toMatch(/ – €$/);
  });

  it('is what the instrumentation takes it for, at the same place', () => {
    for (const kind of WRONG_KINDS) {
      for (let seed = 0; seed < 50; seed++) {
        const { bytes, signature, offset } = wrongBytes(kind, seededRandom(seed));
        expect(classifyPayload(bytes)).toEqual({ signature, offset });
      }
    }
    expect(classifyPayload(latin1Text(seededRandom(1)))?.signature).toBe('latin-1');
  });

  it('is the same for the same seed', () => {
    for (const kind of WRONG_KINDS) {
      expect(wrongBytes(kind, seededRandom(11))).toEqual(wrongBytes(kind, seededRandom(11)));
    }
  });

  it('is a text with an accent when an old client strays', () => {
    const text = Buffer.from(latin1Text(seededRandom(5))).toString('latin1');
    expect(JSON.parse(text).text).toMatch(/[À-ÿ]/);
  });
});
