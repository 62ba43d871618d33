/** Writes lower-case or upper-case hex digits, eight a word, into `words` from `at`, the last digits first. */
export function writeHex(words: Uint32Array, at: number, count: number, hex: string): void {
  for (let index = 0; index < count; index++) {
    const end = hex.length - index * 8;
    words[at + index] = Number.parseInt(hex.slice(end - 8, end), 16);
  }
}

/** The hex digits of `count` words from `at`, or null where all are zero: no id. */
export function readHex(words: Uint32Array, at: number, count: number): string | null {
  let hex = '';
  let seen = 0;
  for (let index = count - 1; index >= 0; index--) {
    const word = words[at + index]!;
    seen |= word;
    hex += word.toString(16).padStart(8, '0');
  }
  return seen === 0 ? null : hex;
}

/** True for 16 lower-case hex digits that are not all zero: the form of our own connection ids. */
export function isSpanId(text: string): boolean {
  return /^[\da-f]{16}$/.test(text) && text !== '0000000000000000';
}
