import { Buffer } from 'node:buffer';
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

/**
 * Names of fields that differ: OTLP has under a hundred, and attributes have none, as their keys are values. `JSON.parse` needs 10 s and more for
 * 2 million of them, since objects with other names are of another kind to the engine.
 */
const MAX_NAMES = 1_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OTHER, CLOSES, QUOTES, NAMES] = [0, 2, 3, 4] as const;
/** What a byte is, outside of strings; 1 is what opens. */
const KINDS = new Uint8Array(256);
for (const [kind, bytes] of ['[{', ']}', '"', ':'].entries())
  for (const byte of bytes) KINDS[byte.charCodeAt(0)] = kind + 1;

/**
 * Throws MalformedRequestError for JSON that nests deeper, is denser in arrays and objects, or has more names, than any OTLP request.
 * `JSON.parse` itself takes millions of levels, and runs out of memory where this stops.
 */
export function assertPlausibleNesting(json: Uint8Array): void {
  const length = json.length;
  const names = new FieldNames(json);
  let depth = 0;
  let opened = 0;
  for (let index = 0; index < length; index++) {
    const kind = KINDS[json[index]!]!;
    if (kind === OTHER) continue;
    if (kind === QUOTES) {
      names.start = index + 1;
      names.end = index = endOfString(json, index + 1);
    } else if (kind === NAMES) names.add();
    else if (kind === CLOSES) depth -= 1;
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

/** Slots for names that were just seen, a power of two: those of OTLP nearly all have one to themselves. */
const SEEN_SLOTS = 256;

/** The different names of a text's fields: a name is the string before a colon. */
class FieldNames {
  readonly #json: Buffer;
  readonly #names = new Set<string>();
  /** Where a name of each slot was seen last. Without it each name would be made a string, at the cost of the parse itself. */
  readonly #seen = new Float64Array(SEEN_SLOTS).fill(-1);
  /** Of the last string. */
  start = 0;
  end = 0;

  constructor(json: Uint8Array) {
    this.#json = Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  }

  add(): void {
    const json = this.#json;
    const { start, end } = this;
    const slot = (json[start]! * 31 + json[end - 1]! * 7 + end - start) & (SEEN_SLOTS - 1);
    const seen = this.#seen[slot]!;
    if (seen >= 0 && isSameString(json, seen, start, end - start)) return;
    this.#seen[slot] = start;
    this.#names.add(json.toString('latin1', start, end));
    if (this.#names.size <= MAX_NAMES) return;
    throw new MalformedRequestError(
      `expected the fields of OTLP, got ${this.#names.size} names in the first ${end} bytes`,
    );
  }
}

/** True where the string at `a` is the one of `length` bytes at `b`, its quote included. */
function isSameString(json: Uint8Array, a: number, b: number, length: number): boolean {
  for (let index = 0; index <= length; index++) if (json[a + index] !== json[b + index]) return false;
  return true;
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
