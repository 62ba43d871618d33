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

/** How one kind of column is kept in a batch, and spoken as an OTLP attribute. Each engine of the store has its own types for it. */
export interface ColumnType<Value> {
  storage: Storage;
  /** For the compiler alone: what a field of this type holds. */
  value?: Value;
  /** What numbers it holds: whole ones up to 65,535, whole ones that a double holds exactly, seconds, or any from 1 on. */
  numbers?: 'uint16' | 'count' | 'seconds' | 'weight';
  /** The closed list of a `choice`. Stored by place: names are only ever added at its end. */
  names?: readonly string[];
  /** The member of an OTLP `AnyValue` that carries it. */
  wire: 'stringValue' | 'intValue' | 'doubleValue' | 'boolValue';
}

/**
 * Longest text that a column keeps, in bytes of UTF-8: long enough for any path or user agent that a person reads, short
 * enough that 10,000 rows of nothing but long texts stay under 512 MiB in memory (45 texts of 1 KiB a row).
 */
export const MAX_TEXT_BYTES = 1_024;

/** Any string; an empty one says nothing and is null. */
export const text: ColumnType<string> = {
  storage: 'text',
  wire: 'stringValue',
};

/** A connection id: 16 hex digits in 8 bytes, or any text. */
export const key: ColumnType<string> = { ...text, storage: 'key' };

/** One of a closed list of names; another name is refused, not guessed at. */
export function choice<Name extends string>(...names: readonly Name[]): ColumnType<Name> {
  return { ...text, storage: 'choice', names } as ColumnType<Name>;
}

/** Close codes, ports and HTTP statuses: 0 to 65535. */
export const uint16: ColumnType<number> = {
  storage: 'number',
  numbers: 'uint16',
  wire: 'intValue',
};

/** Counts, sizes and offsets: whole numbers that a double holds exactly. */
export const count: ColumnType<number> = {
  storage: 'number',
  numbers: 'count',
  wire: 'intValue',
};

/** A length of time in seconds, never negative. */
export const seconds: ColumnType<number> = {
  storage: 'number',
  numbers: 'seconds',
  wire: 'doubleValue',
};

/** How many a sampled span stands for: 1 or more, not always whole. */
export const weight: ColumnType<number> = {
  ...seconds,
  numbers: 'weight',
};

/** True or false. */
export const flag: ColumnType<boolean> = {
  storage: 'flag',
  wire: 'boolValue',
};

/** Epoch milliseconds whose fraction is microseconds, kept as a TIMESTAMP so that any tool can read it. */
export const instant: ColumnType<number> = {
  storage: 'instant',
  wire: 'doubleValue',
};

/** 32 hex digits in 16 bytes. */
export const traceId: ColumnType<string> = {
  ...text,
  storage: 'id16',
};

/** 16 hex digits in 8 bytes. */
export const spanId: ColumnType<string> = {
  ...text,
  storage: 'id8',
};
