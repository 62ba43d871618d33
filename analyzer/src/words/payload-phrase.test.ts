import type { PayloadDefect, PayloadSignature } from '@closewatch/collector';
import { describe, expect, it } from 'vitest';
import type { VerdictPayload } from '../verdict.ts';
import { phraseOf, phraseOfKinds } from './payload-phrase.ts';

const payload = (facts: Partial<VerdictPayload>): VerdictPayload => ({
  defect: 'invalid_utf8',
  signature: 'unknown',
  offset: 1,
  sender: 'client',
  ...facts,
});

/** Every one of the conventions: the types see to it that none is left out. */
const DEFECTS: Record<PayloadDefect, true> = {
  invalid_utf8: true,
  invalid_deflate: true,
  invalid_close_reason: true,
  application: true,
};
const SIGNATURES: Record<PayloadSignature, true> = {
  gzip: true,
  zlib: true,
  zstd: true,
  msgpack: true,
  cbor: true,
  protobuf: true,
  png: true,
  jpeg: true,
  'utf-16le': true,
  'utf-16be': true,
  'latin-1': true,
  cut_sequence: true,
  surrogate: true,
  overlong: true,
  unknown: true,
};

const COMPRESSED = 'Send compressed bytes in a binary frame, or decompress first.';

describe('the phrase of a payload', () => {
  it.each([
    ['gzip', 'gzip as text', COMPRESSED],
    ['zlib', 'zlib as text', COMPRESSED],
    ['zstd', 'zstd as text', COMPRESSED],
    [
      'msgpack',
      'MessagePack as text',
      'Send MessagePack in a binary frame, or encode it as text (base64, JSON) first.',
    ],
    ['cbor', 'CBOR as text', 'Send CBOR in a binary frame, or encode it as text (base64, JSON) first.'],
    ['protobuf', 'Protobuf as text', 'Send Protobuf in a binary frame, or encode it as text (base64, JSON) first.'],
    ['png', 'a PNG image as text', 'Send a PNG image in a binary frame, or encode it as text (base64, JSON) first.'],
    ['jpeg', 'a JPEG image as text', 'Send a JPEG image in a binary frame, or encode it as text (base64, JSON) first.'],
    [
      'utf-16le',
      'UTF-16 (little-endian) as text',
      'Encode text as UTF-8 before it is sent: this is UTF-16 (little-endian).',
    ],
    ['utf-16be', 'UTF-16 (big-endian) as text', 'Encode text as UTF-8 before it is sent: this is UTF-16 (big-endian).'],
    ['latin-1', 'Latin-1 as text', 'Encode text as UTF-8 before it is sent: this is Latin-1.'],
    [
      'surrogate',
      'lone surrogates as text',
      'Encode whole code points: half of a surrogate pair, as from a split UTF-16 string or CESU-8, is not UTF-8.',
    ],
    [
      'overlong',
      'overlong UTF-8 as text',
      'Use a standard UTF-8 encoder: overlong forms (such as C0 80 for a zero in Modified UTF-8) are not allowed.',
    ],
    ['unknown', 'bytes that are not text', 'Send raw bytes in a binary frame; a text frame may carry UTF-8 only.'],
  ])('of %s says what is sent and how to mend it', (signature, sends, mend) => {
    expect(phraseOf(payload({ signature }))).toMatchObject({ sends, mend });
  });

  it('names the byte at which a character is cut', () => {
    expect(phraseOf(payload({ signature: 'cut_sequence', offset: 1023 }))).toMatchObject({
      sends: 'text with a character cut in two',
      mend: 'A character is cut at byte 1,023: split on code points, not on bytes.',
    });
    expect(phraseOf(payload({ signature: 'cut_sequence', offset: null })).mend).toBe(
      'A character is cut: split on code points, not on bytes.',
    );
  });

  it('tells bad compression and bad close reasons from bad text, whatever the bytes look like', () => {
    expect(phraseOf(payload({ defect: 'invalid_deflate', signature: 'gzip' })).mend).toMatch(
      /^1007 comes from bad compression, not from text: /,
    );
    expect(phraseOf(payload({ defect: 'invalid_close_reason' })).sends).toBe('a close reason that is not UTF-8');
  });

  it('says that nothing was recorded where no end has looked at the bytes', () => {
    expect(phraseOf(payload({ defect: 'unknown' })).looks).toBe('What the bytes were, no end has recorded');
  });

  it('tells a 1007 that the application says by itself from one of the library', () => {
    expect(phraseOf(payload({ defect: 'application' }))).toEqual({
      sends: 'what the application refuses',
      looks: 'The application closed with 1007 by itself',
      mend: 'See what the application checks: it says 1007 by its own rule, the text is valid UTF-8 for the library.',
    });
  });

  it.each(
    Object.keys(DEFECTS).flatMap(defect => Object.keys(SIGNATURES).map(signature => [defect, signature] as const)),
  )('of %s and %s is complete: what is sent, how it shows, how to mend it', (defect, signature) => {
    const { sends, looks, mend } = phraseOf(payload({ defect, signature }));
    for (const words of [sends, looks, mend]) expect(words).toMatch(/^\S.*\S$/);
    expect(looks).toMatch(/^[A-Z].*[^.]$/);
    expect(mend).toMatch(/^[A-Z0-9].*\.$/);
    // What is known is never told as unknown.
    const isUnknown = defect === 'invalid_utf8' && signature === 'unknown';
    expect(sends === 'bytes that are not text').toBe(isUnknown);
  });
});

describe('the phrase of several kinds of payload', () => {
  const kind = (signature: string, bugs: number, facts: Partial<VerdictPayload> = {}) => ({
    ...payload({ signature, ...facts }),
    bugs,
  });

  it('is the one of the only kind', () => {
    expect(phraseOfKinds([kind('gzip', 12)])).toEqual({ sends: 'gzip as text', mend: COMPRESSED });
  });

  it('names each kind that is a fifth or more, and how to mend it', () => {
    const kinds = [kind('gzip', 60), kind('cut_sequence', 30, { offset: 1023 }), kind('latin-1', 10)];
    expect(phraseOfKinds(kinds)).toEqual({
      sends: 'gzip as text and text with a character cut in two',
      mend: `${COMPRESSED} Where it is text with a character cut in two (30 of 100): A character is cut at byte 1,023: split on code points, not on bytes.`,
    });
  });

  it('gives a mend that several kinds share once', () => {
    expect(phraseOfKinds([kind('gzip', 5), kind('zlib', 4), kind('zstd', 3)])).toEqual({
      sends: 'gzip as text, zlib as text and zstd as text',
      mend: COMPRESSED,
    });
  });

  it('keeps bad compression apart from bad text', () => {
    const { mend } = phraseOfKinds([kind('gzip', 6), kind('unknown', 4, { defect: 'invalid_deflate' })]);
    expect(mend).toContain(
      'Where it is broken compressed data (4 of 10): 1007 comes from bad compression, not from text',
    );
  });
});
