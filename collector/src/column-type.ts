import type { AttributeValue } from './otlp/trace-request.ts';

/**
 * How the values of a column are held in a batch, and so what an engine is given:
 *
 * - `id16`, `id8`: a trace or span id as four or two 32-bit words, the least significant first; all zero is none
 * - `key`: a connection id: an `id8` where it is 16 hex digits, as ours are, and a text where another emitter has other ids
 * - `text`: the id of a text in the batch's interner; 0 is none
 * - `choice`: one of a closed list, as its place from 1; 0 is none
 * - `flag`: 1 is false, 2 is true; 0 is none
 * - `number`: a double; NaN is none
 * - `instant`: epoch microseconds in a double; NaN is none
 */
type Storage = 'id16' | 'id8' | 'key' | 'text' | 'choice' | 'flag' | 'number' | 'instant';

/**
 * How one kind of column is kept and spoken: its type in the table, the simpler type in which JavaScript hands it over
 * (no bigint and no wrapper object per value), the SQL between the two, and its shape as an OTLP attribute.
 */
export interface ColumnType<Value> {
  storage: Storage;
  /** What numbers it holds: whole ones up to 65,535, whole ones that a double holds exactly, seconds, or any from 1 on. */
  numbers?: 'uint16' | 'count' | 'seconds' | 'weight';
  /** The closed list of a `choice`. Stored by place: names are only ever added at its end. */
  names?: readonly string[];
  /** Type in the table. */
  sql: string;
  /** Type in the staging table and in results. */
  staged: 'VARCHAR' | 'DOUBLE' | 'BOOLEAN' | 'USMALLINT';
  /** SQL expression: staged value to table value. */
  toTable(staged: string): string;
  /** SQL expression: table value to staged value. */
  fromTable(column: string): string;
  /** Attribute value to field value; undefined where it is not one of this type, null where it says nothing. */
  parse(value: AttributeValue): Value | null | undefined;
  /** The member of an OTLP `AnyValue` that carries it. */
  wire: 'stringValue' | 'intValue' | 'doubleValue' | 'boolValue';
}

/**
 * Longest text that a column keeps, in UTF-16 units: long enough for any path or user agent that a person reads, short
 * enough that 10,000 rows of nothing but long texts stay under 1 GiB in memory (45 texts of 2 KiB a row).
 */
export const MAX_TEXT_LENGTH = 1_024;

const asIs = (expression: string) => expression;

/** Any string, made well-formed and capped; an empty one says nothing and is null. */
export const text: ColumnType<string> = {
  storage: 'text',
  sql: 'VARCHAR',
  staged: 'VARCHAR',
  toTable: asIs,
  fromTable: asIs,
  parse: value => {
    const string = typeof value === 'string' ? value : String(value);
    return string === '' ? null : string.slice(0, MAX_TEXT_LENGTH).toWellFormed();
  },
  wire: 'stringValue',
};

/** A connection id: 16 hex digits in 8 bytes, or any text. */
export const key: ColumnType<string> = { ...text, storage: 'key' };

/** One of a closed list of names; another name is refused, not guessed at. */
export function choice<Name extends string>(...names: readonly Name[]): ColumnType<Name> {
  return { ...text, storage: 'choice', names, parse: value => names.find(name => name === value) };
}

/** Close codes, ports and HTTP statuses: 0 to 65535. */
export const uint16: ColumnType<number> = {
  storage: 'number',
  numbers: 'uint16',
  sql: 'USMALLINT',
  staged: 'USMALLINT',
  toTable: asIs,
  fromTable: asIs,
  parse: value => wholeNumber(value, 0xffff),
  wire: 'intValue',
};

/** Counts, sizes and offsets: whole numbers that a double holds exactly. */
export const count: ColumnType<number> = {
  storage: 'number',
  numbers: 'count',
  sql: 'BIGINT',
  staged: 'DOUBLE',
  toTable: staged => `${staged}::BIGINT`,
  fromTable: column => `${column}::DOUBLE`,
  parse: value => wholeNumber(value, Number.MAX_SAFE_INTEGER),
  wire: 'intValue',
};

/** A length of time in seconds, never negative. */
export const seconds: ColumnType<number> = {
  storage: 'number',
  numbers: 'seconds',
  sql: 'DOUBLE',
  staged: 'DOUBLE',
  toTable: asIs,
  fromTable: asIs,
  parse: value => (typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined),
  wire: 'doubleValue',
};

/** How many a sampled span stands for: 1 or more, not always whole. */
export const weight: ColumnType<number> = {
  ...seconds,
  numbers: 'weight',
  parse: value => (typeof value === 'number' && Number.isFinite(value) && value >= 1 ? value : undefined),
};

/** True or false. */
export const flag: ColumnType<boolean> = {
  storage: 'flag',
  sql: 'BOOLEAN',
  staged: 'BOOLEAN',
  toTable: asIs,
  fromTable: asIs,
  parse: value => (typeof value === 'boolean' ? value : undefined),
  wire: 'boolValue',
};

/** Epoch milliseconds whose fraction is microseconds, kept as a TIMESTAMP so that any tool can read it. */
export const instant: ColumnType<number> = {
  storage: 'instant',
  sql: 'TIMESTAMP',
  staged: 'DOUBLE',
  toTable: staged => `make_timestamp(round(${staged} * 1000)::BIGINT)`,
  fromTable: column => `epoch_us(${column}) / 1000`,
  parse: value => (typeof value === 'number' && Math.abs(value * 1000) <= Number.MAX_SAFE_INTEGER ? value : undefined),
  wire: 'doubleValue',
};

/** 32 hex digits in 16 bytes. */
export const traceId: ColumnType<string> = {
  ...text,
  storage: 'id16',
  sql: 'UUID',
  toTable: staged => `${staged}::UUID`,
  fromTable: column => `replace(${column}::VARCHAR, '-', '')`,
};

/** 16 hex digits in 8 bytes. */
export const spanId: ColumnType<string> = {
  ...text,
  storage: 'id8',
  sql: 'UBIGINT',
  toTable: staged => `('0x' || ${staged})::UBIGINT`,
  fromTable: column => `format('{:016x}', ${column})`,
};

/** A whole number from 0 to `most`, also where an emitter wrote it as a string of digits. */
function wholeNumber(value: AttributeValue, most: number): number | undefined {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= most ? number : undefined;
}
