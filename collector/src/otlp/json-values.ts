import { MalformedRequestError } from './malformed-request-error.ts';

export type JsonObject = { [name: string]: unknown };

/** Parses a request's text. Throws MalformedRequestError. */
export function parseJson(json: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new MalformedRequestError(`expected JSON, got ${(cause as Error).message}`, { cause });
  }
  return asObject(value, 'the request');
}

/** A repeated field: absent and null are empty. */
export function objects(owner: JsonObject, field: string): JsonObject[] {
  const list = owner[field] ?? [];
  if (!Array.isArray(list)) throw new MalformedRequestError(`expected an array as ${field}, got ${shown(list)}`);
  for (const item of list) asObject(item, `an item of ${field}`);
  return list;
}

export function objectIn(owner: JsonObject, field: string): JsonObject {
  return asObject(owner[field] ?? {}, field);
}

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new MalformedRequestError(`expected an object as ${what}, got ${shown(value)}`);
}

export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A 64-bit integer, as a string or as a number. */
export function integer(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return Number(value);
  throw new MalformedRequestError(`expected a whole number as ${field}, got ${shown(value)}`);
}

/** A double, as a number or as a string: the three that JSON has no numbers for are strings. */
export function double(value: unknown, field: string): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
  throw new MalformedRequestError(`expected a number as ${field}, got ${shown(value)}`);
}

/** Epoch nanoseconds to whole microseconds; 0 where absent, or past what a double holds. A string loses no digit. */
export function microsFromNanos(nanos: unknown, field: string): number {
  if (!isPresent(nanos)) return 0;
  const text = typeof nanos === 'number' && nanos >= 0 && Number.isInteger(nanos) ? BigInt(nanos).toString() : nanos;
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) {
    throw new MalformedRequestError(`expected nanoseconds as ${field}, got ${shown(nanos)}`);
  }
  const micros = Number(text.slice(0, -3));
  return Number.isSafeInteger(micros) ? micros : 0;
}

/** A value as an error shows it: its type where it is long or nested, so that the message stays short. */
function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(JSON.stringify(value)).slice(0, 40);
}
