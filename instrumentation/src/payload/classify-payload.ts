import type { PayloadSignature } from '../attributes.ts';
import { signatureOfBrokenText } from './broken-text.ts';
import { isCbor } from './cbor.ts';
import { firstInvalidByte } from './first-invalid-byte.ts';
import { signatureFromMagicNumber } from './magic-number.ts';
import { isMessagePack } from './messagepack.ts';
import { isProtobuf } from './protobuf.ts';
import { signatureOfUtf16 } from './utf16.ts';

/** Why bytes are not text. */
export interface PayloadClass {
  /** Index of the first byte that is not well-formed UTF-8. */
  offset: number;
  /** What the bytes look like; a best guess where the format has no signature of its own. */
  signature: PayloadSignature;
}

/**
 * Says why a message is not text: where it stops being UTF-8, and what it looks like. Null where it is well-formed UTF-8.
 * Pure; reads the bytes and keeps nothing of them. Example: the bytes of a gzip file give `{ offset: 1, signature: 'gzip' }`.
 */
export function classifyPayload(bytes: Uint8Array): PayloadClass | null {
  const offset = firstInvalidByte(bytes);
  return offset === null ? null : { offset, signature: signatureOf(bytes, offset) };
}

/**
 * The surest sign first. MessagePack and CBOR have to fit to the last byte, and begin with a byte that no text begins with.
 * Protobuf fits short text too, so text goes before it, unless the first byte is a control character: a low field number.
 */
function signatureOf(bytes: Uint8Array, offset: number): PayloadSignature {
  const named = signatureFromMagicNumber(bytes);
  if (named) return named;
  if (isMessagePack(bytes)) return 'msgpack';
  if (isCbor(bytes)) return 'cbor';
  if ((bytes[0] ?? 0) < 0x20 && isProtobuf(bytes)) return 'protobuf';
  const text = signatureOfBrokenText(bytes, offset) ?? signatureOfUtf16(bytes);
  return text ?? (isProtobuf(bytes) ? 'protobuf' : 'unknown');
}
