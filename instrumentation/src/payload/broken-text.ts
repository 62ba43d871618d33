import type { PayloadSignature } from '../attributes.ts';
import { isContinuation, sequenceLength } from './first-invalid-byte.ts';

/** Text is told from other bytes by this many of its first bytes, and as many from the fault on. */
const SAMPLE_BYTES = 4096;

/**
 * What kind of broken text the bytes are, given the offset of their first byte that is not UTF-8: encoded surrogates (CESU-8
 * and JavaScript's halves), overlong forms (Java's C0 80), a character cut in two by framing, or Latin-1. Null where the
 * bytes have control characters, and so are no text.
 */
export function signatureOfBrokenText(bytes: Uint8Array, offset: number): PayloadSignature | null {
  const head = bytes.subarray(0, SAMPLE_BYTES);
  const fault = bytes.subarray(offset, offset + SAMPLE_BYTES);
  if (!isText(head) || !isText(fault)) return null;
  if (isOverlong(fault)) return 'overlong';
  if (isSurrogate(fault)) return 'surrogate';
  if (isCut(bytes, offset)) return 'cut_sequence';
  return isMostlyAscii(head) ? 'latin-1' : null;
}

/** Whether there is no control character but white space (09 to 0D) and escape, which terminals send. */
function isText(bytes: Uint8Array): boolean {
  return bytes.every(byte => (byte >= 0x20 ? byte !== 0x7f : (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b));
}

/** U+D800 to U+DFFF as three bytes. */
function isSurrogate(fault: Uint8Array): boolean {
  const [lead, second, third] = fault;
  return lead === 0xed && isContinuation(second) && second >= 0xa0 && isContinuation(third);
}

/** A sequence longer than its character needs. */
function isOverlong(fault: Uint8Array): boolean {
  const [lead, second, third, fourth] = fault;
  if (!isContinuation(second)) return false;
  if (lead === 0xc0 || lead === 0xc1) return true;
  if (!isContinuation(third)) return false;
  if (lead === 0xe0) return second < 0xa0;
  return lead === 0xf0 && second < 0x90 && isContinuation(fourth);
}

/**
 * Whether a character is cut: the message begins with the rest of one, or ends inside one. A lone lead at the end of plain
 * ASCII could be Latin-1 too ("caf" E9): there a lower-case letter after a letter is taken for Latin-1.
 */
function isCut(bytes: Uint8Array, offset: number): boolean {
  if (offset === 0 && isContinuation(bytes[0])) return isRestOfCharacter(bytes);
  const left = bytes.length - offset;
  if (left > 3 || !canBeCompleted(bytes, offset)) return false;
  if (left > 1) return true;
  const hasOtherCharacters = bytes.subarray(0, offset).some(byte => byte >= 0x80);
  return hasOtherCharacters || !isLowerCaseAfterLetter(bytes, offset);
}

/** One to three continuation bytes, then well-formed text (its first 4 KiB). */
function isRestOfCharacter(bytes: Uint8Array): boolean {
  let index = 0;
  while (index < 3 && isContinuation(bytes[index])) index += 1;
  const end = Math.min(bytes.length, SAMPLE_BYTES);
  while (index < end) {
    const length = sequenceLength(bytes, index);
    if (length === 0) return bytes.length - index <= 3 && canBeCompleted(bytes, index);
    index += length;
  }
  return true;
}

/** Whether some continuation bytes would make the rest of the message, from `offset`, one character. */
function canBeCompleted(bytes: Uint8Array, offset: number): boolean {
  const rest = bytes.subarray(offset);
  return CONTINUATIONS.some(more => {
    const completed = Uint8Array.from([...rest, ...more]);
    return sequenceLength(completed, 0) === completed.length;
  });
}

/** With second bytes that suit every lead: 80-8F for F4, 90-BF for F0, A0-BF for E0, 80-9F for ED. */
const CONTINUATIONS: readonly (readonly number[])[] = [
  [0x80],
  [0xa0],
  [0x80, 0x80],
  [0xa0, 0x80],
  [0x80, 0x80, 0x80],
  [0xa0, 0x80, 0x80],
];

function isLowerCaseAfterLetter(bytes: Uint8Array, offset: number): boolean {
  const letter = (bytes[offset] ?? 0) >= 0xdf;
  const before = (bytes[offset - 1] ?? 0) | 0x20;
  return letter && before >= 0x61 && before <= 0x7a;
}

/** Latin-1 is used for languages that are mostly ASCII; a message with more high bytes is something else. */
function isMostlyAscii(bytes: Uint8Array): boolean {
  const high = bytes.reduce((count, byte) => count + (byte >= 0x80 ? 1 : 0), 0);
  return high * 2 <= bytes.length;
}
