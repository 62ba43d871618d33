import type { PayloadSignature } from '@closewatch/collector';
import type { PayloadKind } from '../attribution/payload-of.ts';
import type { VerdictPayload } from '../verdict.ts';
import { number } from './numbers.ts';

/** How one kind of payload is told: what is sent, how it shows, how to mend it. */
export interface PayloadPhrase {
  /** After "sends": `gzip as text`. */
  sends: string;
  /** A sentence's beginning: `The bytes look like gzip`. */
  looks: string;
  mend: string;
  /** True where `looks` names the byte already. */
  namesOffset?: boolean;
}

const BINARY_FRAME = 'in a binary frame, or encode it as text (base64, JSON) first.';
const COMPRESSED = 'Send compressed bytes in a binary frame, or decompress first.';

const COMPRESSED_BYTES = (name: string): PayloadPhrase => ({
  sends: `${name} as text`,
  looks: `The bytes look like ${name}`,
  mend: COMPRESSED,
});
const BINARY_BYTES = (name: string): PayloadPhrase => ({
  sends: `${name} as text`,
  looks: `The bytes look like ${name}`,
  mend: `Send ${name} ${BINARY_FRAME}`,
});
const OTHER_ENCODING = (name: string): PayloadPhrase => ({
  sends: `${name} as text`,
  looks: `The bytes look like ${name} text`,
  mend: `Encode text as UTF-8 before it is sent: this is ${name}.`,
});

const PHRASES: Readonly<Record<Exclude<PayloadSignature, 'cut_sequence'>, PayloadPhrase>> = {
  gzip: COMPRESSED_BYTES('gzip'),
  zlib: COMPRESSED_BYTES('zlib'),
  zstd: COMPRESSED_BYTES('zstd'),
  msgpack: BINARY_BYTES('MessagePack'),
  cbor: BINARY_BYTES('CBOR'),
  protobuf: BINARY_BYTES('Protobuf'),
  png: BINARY_BYTES('a PNG image'),
  jpeg: BINARY_BYTES('a JPEG image'),
  'utf-16le': OTHER_ENCODING('UTF-16 (little-endian)'),
  'utf-16be': OTHER_ENCODING('UTF-16 (big-endian)'),
  'latin-1': OTHER_ENCODING('Latin-1'),
  surrogate: {
    sends: 'lone surrogates as text',
    looks: 'The bytes encode a lone surrogate',
    mend: 'Encode whole code points: half of a surrogate pair, as from a split UTF-16 string or CESU-8, is not UTF-8.',
  },
  overlong: {
    sends: 'overlong UTF-8 as text',
    looks: 'The bytes spell a character longer than UTF-8 allows',
    mend: 'Use a standard UTF-8 encoder: overlong forms (such as C0 80 for a zero in Modified UTF-8) are not allowed.',
  },
  unknown: {
    sends: 'bytes that are not text',
    looks: 'The bytes are not UTF-8, and look like no format that is known',
    mend: 'Send raw bytes in a binary frame; a text frame may carry UTF-8 only.',
  },
};

const INVALID_DEFLATE: PayloadPhrase = {
  sends: 'broken compressed data',
  looks: 'The data does not decompress (permessage-deflate)',
  mend: '1007 comes from bad compression, not from text: update both ends, look for a proxy that changes frames, and switch permessage-deflate off to confirm.',
};

const INVALID_CLOSE_REASON: PayloadPhrase = {
  sends: 'a close reason that is not UTF-8',
  looks: 'The reason in the close frame is not UTF-8',
  mend: 'Cut the close reason on code points, to at most 123 bytes of UTF-8.',
};

const APPLICATION: PayloadPhrase = {
  sends: 'what the application refuses',
  looks: 'The application closed with 1007 by itself',
  mend: 'See what the application checks: it says 1007 by its own rule, the text is valid UTF-8 for the library.',
};

const UNSEEN: PayloadPhrase = {
  sends: 'payloads that are refused as not UTF-8',
  looks: 'What the bytes were, no end has recorded',
  mend: 'Send raw bytes in a binary frame; instrument the receiving end, and the next one shows what they are.',
};

/** The phrase of a payload; every defect and signature of the conventions has one. */
export function phraseOf(payload: VerdictPayload): PayloadPhrase {
  if (payload.defect === 'application') return APPLICATION;
  if (payload.defect === 'invalid_deflate') return INVALID_DEFLATE;
  if (payload.defect === 'invalid_close_reason') return INVALID_CLOSE_REASON;
  if (payload.signature === 'cut_sequence') return cutSequence(payload.offset);
  if (payload.defect === 'unknown' && payload.signature === 'unknown') return UNSEEN;
  return PHRASES[payload.signature as keyof typeof PHRASES] ?? PHRASES.unknown;
}

/** Several kinds at once: what is sent, and how to mend each. One kind is told as it is by itself. */
export function phraseOfKinds(kinds: readonly PayloadKind[]): Pick<PayloadPhrase, 'sends' | 'mend'> {
  const all = kinds.reduce((sum, { bugs }) => sum + bugs, 0);
  const told = kinds.filter(({ bugs }, index) => index === 0 || (index < MOST_TOLD && bugs >= all * WORTH_TELLING));
  const phrases = told.map(kind => ({ ...phraseOf(kind), bugs: kind.bugs }));
  const [first, ...others] = phrases;
  if (first === undefined) return UNSEEN;
  const sends = [...new Set(phrases.map(phrase => phrase.sends))];
  const mends = others
    .filter(({ mend }, index) => mend !== first.mend && others.findIndex(other => other.mend === mend) === index)
    .map(({ sends: what, bugs, mend }) => `Where it is ${what} (${number(bugs)} of ${number(all)}): ${mend}`);
  return { sends: listOf(sends), mend: [first.mend, ...mends].join(' ') };
}

/** Kinds that are told, and the share of the bugs from which on a further one is: a few of another kind are the usual noise. */
const MOST_TOLD = 3;
const WORTH_TELLING = 0.2;

function listOf(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

function cutSequence(offset: number | null): PayloadPhrase {
  const where = offset === null ? '' : ` at byte ${number(offset)}`;
  return {
    sends: 'text with a character cut in two',
    looks: `A character is cut${where}`,
    mend: `A character is cut${where}: split on code points, not on bytes.`,
    namesOffset: offset !== null,
  };
}
