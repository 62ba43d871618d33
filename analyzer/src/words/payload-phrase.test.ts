import { describe, expect, it } from 'vitest';
import type { VerdictPayload } from '../verdict.ts';
import { phraseOf } from './payload-phrase.ts';

const payload = (facts: Partial<VerdictPayload>): VerdictPayload => ({
  defect: 'invalid_utf8',
  signature: 'unknown',
  offset: 1,
  sender: 'client',
  ...facts,
});

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
});
