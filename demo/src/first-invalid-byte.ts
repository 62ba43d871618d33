/** How long a sequence is and what its second byte may be, by its first byte. Source: Unicode 16, table 3-7. */
function sequenceFrom(lead: number): { length: number; low: number; high: number } | null {
  if (lead < 0x80) return { length: 1, low: 0, high: 0 };
  if (lead >= 0xc2 && lead <= 0xdf) return { length: 2, low: 0x80, high: 0xbf };
  if (lead === 0xe0) return { length: 3, low: 0xa0, high: 0xbf };
  if (lead === 0xed) return { length: 3, low: 0x80, high: 0x9f };
  if (lead >= 0xe1 && lead <= 0xef) return { length: 3, low: 0x80, high: 0xbf };
  if (lead === 0xf0) return { length: 4, low: 0x90, high: 0xbf };
  if (lead >= 0xf1 && lead <= 0xf3) return { length: 4, low: 0x80, high: 0xbf };
  if (lead === 0xf4) return { length: 4, low: 0x80, high: 0x8f };
  return null;
}

/**
 * Where a message stops being UTF-8: the index of the first byte of the first ill-formed sequence, or -1 where all of it is
 * UTF-8. The demo's own, so that the truth it tells is not computed by the code that it is there to check.
 */
export function firstInvalidByte(bytes: Uint8Array): number {
  let index = 0;
  while (index < bytes.length) {
    const sequence = sequenceFrom(bytes[index] as number);
    if (sequence === null) return index;
    for (let step = 1; step < sequence.length; step++) {
      const byte = bytes[index + step];
      const low = step === 1 ? sequence.low : 0x80;
      const high = step === 1 ? sequence.high : 0xbf;
      if (byte === undefined || byte < low || byte > high) return index;
    }
    index += sequence.length;
  }
  return -1;
}
