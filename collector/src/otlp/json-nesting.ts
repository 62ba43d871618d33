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
 * Throws MalformedRequestError for JSON that nests deeper, or is denser in arrays and objects, than any OTLP request.
 * `JSON.parse` itself takes millions of levels, and runs out of memory where this stops.
 */
export function assertPlausibleNesting(json: string): void {
  let depth = 0;
  let opened = 0;
  let inString = false;
  for (let index = 0; index < json.length; index++) {
    const unit = json.charCodeAt(index);
    if (unit === 0x22 /* " */) inString = !inString;
    else if (inString) {
      if (unit === 0x5c /* \ */) index += 1;
    } else if (unit === 0x5b /* [ */ || unit === 0x7b /* { */) {
      depth += 1;
      opened += 1;
      if (depth > MAX_DEPTH) {
        throw new MalformedRequestError(`expected at most ${MAX_DEPTH} nested levels, got more at ${index}`);
      }
      if (opened * MIN_BYTES_EACH > index + FREE_BYTES) {
        throw new MalformedRequestError(`expected spans, got ${opened} brackets in the first ${index} characters`);
      }
    } else if (unit === 0x5d /* ] */ || unit === 0x7d /* } */) depth -= 1;
  }
}
