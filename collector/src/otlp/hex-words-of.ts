/** An id of 8 bytes as two words of 32 bits. */
export interface HexWords {
  low: number;
  high: number;
}

/** What each byte is as a lower-case hex digit; 16 for what is none. */
const DIGITS = new Uint8Array(256).fill(16);
for (const [value, digit] of [...'0123456789abcdef'].entries()) DIGITS[digit.charCodeAt(0)] = value;

/**
 * Reads 16 lower-case hex digits into `into`; false where it is another text, or all zeros, as `isSpanId` has it of a string.
 */
export function hexWordsOf(view: DataView, start: number, end: number, into: HexWords): boolean {
  if (end - start !== 16) return false;
  let seen = 0;
  let high = 0;
  for (let index = start; index < start + 8; index++) {
    const digit = DIGITS[view.getUint8(index)]!;
    seen |= digit;
    high = (high << 4) | digit;
  }
  let low = 0;
  for (let index = start + 8; index < end; index++) {
    const digit = DIGITS[view.getUint8(index)]!;
    seen |= digit;
    low = (low << 4) | digit;
  }
  if (seen > 15 || (low | high) === 0) return false;
  into.low = low >>> 0;
  into.high = high >>> 0;
  return true;
}
