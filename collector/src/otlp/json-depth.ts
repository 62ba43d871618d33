import { MalformedRequestError } from './trace-request.ts';

/** A request needs 11 levels, and an attribute that holds arrays or maps a few more. */
const MAX_JSON_DEPTH = 64;

/**
 * Throws MalformedRequestError when brackets nest deeper than MAX_JSON_DEPTH. `JSON.parse` itself takes millions of
 * levels, and needs some 40 bytes of memory for each byte of such a text.
 */
export function assertShallow(json: string): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index++) {
    const unit = json.charCodeAt(index);
    if (unit === 0x22 /* " */) inString = !inString;
    else if (inString) {
      if (unit === 0x5c /* \ */) index += 1;
    } else if (unit === 0x5b /* [ */ || unit === 0x7b /* { */) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) {
        throw new MalformedRequestError(`expected at most ${MAX_JSON_DEPTH} nested levels, got more at ${index}`);
      }
    } else if (unit === 0x5d /* ] */ || unit === 0x7d /* } */) depth -= 1;
  }
}
