import type { PayloadSignature } from '../attributes.ts';

const SAMPLE_BYTES = 512;
/** At least this share of one half of the bytes is zero in UTF-16 of any text with spaces, digits or markup. */
const MIN_ZERO_SHARE = 0.4;

/**
 * UTF-16 without a byte order mark, known by the zeros that it has in every second place: the high halves of ASCII
 * characters. Null where the zeros lie otherwise.
 */
export function signatureOfUtf16(bytes: Uint8Array): PayloadSignature | null {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const pairs = Math.floor(sample.length / 2);
  if (pairs < 2) return null;
  const zeros = [0, 0];
  for (let index = 0; index < pairs * 2; index += 1) if (sample[index] === 0) zeros[index % 2]! += 1;
  const [even = 0, odd = 0] = zeros;
  if (odd >= pairs * MIN_ZERO_SHARE && even * 4 < odd) return 'utf-16le';
  if (even >= pairs * MIN_ZERO_SHARE && odd * 4 < even) return 'utf-16be';
  return null;
}
