import { MalformedRequestError } from './malformed-request-error.ts';

/** A request needs 11 levels, and an attribute that holds arrays or maps a few more. */
const MAX_DEPTH = 64;

/**
 * Bytes that a request spends on each array or object at least: the smallest attribute, `{"key":"","value":{}}`, spends 10.
 * `JSON.parse` needs up to 56 bytes of memory for each `{}`, so a text of nothing else would take twenty times its size.
 */
const MIN_BYTES_EACH = 8;
/** Short texts may be as dense as they like. */
const FREE_BYTES = 8_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What a byte outside of strings does to the depth: 1 for `[` and `{`, 2 for `]` and `}`, 3 for a quote, 0 for all others. */
const KINDS = new Uint8Array(256);
for (const [kind, bytes] of ['[{', ']}', '"'].entries()) for (const byte of bytes) KINDS[byte.charCodeAt(0)] = kind + 1;

/**
 * Throws MalformedRequestError for JSON that nests deeper, or is denser in arrays and objects, than any OTLP request.
 * `JSON.parse` itself takes millions of levels, and runs out of memory where this stops.
 */
export function assertPlausibleNesting(json: Uint8Array): void {
  const length = json.length;
  let depth = 0;
  let opened = 0;
  for (let index = 0; index < length; index++) {
    const kind = KINDS[json[index]!]!;
    if (kind === 0) continue;
    if (kind === 3) index = endOfString(json, index + 1);
    else if (kind === 2) depth -= 1;
    else {
      depth += 1;
      opened += 1;
      if (depth > MAX_DEPTH) {
        throw new MalformedRequestError(`expected at most ${MAX_DEPTH} nested levels, got more at ${index}`);
      }
      if (opened * MIN_BYTES_EACH > index + FREE_BYTES) {
        throw new MalformedRequestError(`expected spans, got ${opened} brackets in the first ${index} bytes`);
      }
    }
  }
}

/** Where the quote is that ends a string which begins at `start`. */
function endOfString(json: Uint8Array, start: number): number {
  let index = start;
  for (; index < json.length; index++) {
    const byte = json[index]!;
    if (byte === QUOTE) return index;
    if (byte === BACKSLASH) index += 1;
  }
  return index;
}
