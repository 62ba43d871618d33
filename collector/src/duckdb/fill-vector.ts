import duckdb from '@duckdb/node-bindings';
import type { ColumnData, EventBatch } from '../batch/event-batch.ts';
import { COLUMNS } from '../columns.ts';
import type { ChunkTexts } from './chunk-texts.ts';
import type { TableColumn } from './event-table.ts';

/** The flipped sign bit of the upper half of a UUID, which makes UUIDs sort as numbers. */
const UUID_SIGN = 0x8000_0000;
const TWO_TO_32 = 2 ** 32;

const placeOf = (field: string) => COLUMNS.findIndex(column => column.field === field);
const TIME = placeOf('time');
const CONNECTION_ID = placeOf('connectionId');
const LINKED_TRACE_ID = placeOf('linkedTraceId');

/** Which rows of a vector hold something, as DuckDB keeps it: a bit a row, from the lowest. */
const validity = new Uint32Array(64);

/**
 * Puts a column's values of these rows of a batch (2,048 at most) into a vector. Throws RangeError where a time is none that
 * a TIMESTAMP holds.
 */
export function fillVector(
  vector: duckdb.Vector,
  { physical, column }: TableColumn,
  batch: EventBatch,
  rows: Uint32Array,
  scratch: ArrayBuffer,
  texts: ChunkTexts,
): void {
  const data = batch.columns[column.index]!;
  validity.fill(0);
  let bytes = 0;
  switch (physical) {
    case 'uuid':
      bytes = fillUuids(data, rows, new Uint32Array(scratch));
      break;
    case 'ubigint':
      bytes = fillIds(data, rows, new Uint32Array(scratch), column.field === 'linkedSpanId' ? batch : null);
      break;
    case 'varchar':
      bytes = texts.fill(vector, batch.texts, data.texts, rows, new Uint32Array(scratch), validity);
      break;
    case 'enum':
      bytes = fillChoices(data, rows, new Uint8Array(scratch));
      break;
    case 'boolean':
      bytes = fillFlags(data, rows, new Uint8Array(scratch), column.absent as boolean | null);
      break;
    case 'usmallint':
      bytes = fillNumbers(data, rows, new Uint16Array(scratch), null) * 2;
      break;
    case 'double':
      bytes = fillNumbers(data, rows, new Float64Array(scratch), column.absent as number | null) * 8;
      break;
    case 'bigint':
      bytes = fillWholeNumbers(data, rows, new Int32Array(scratch), null);
      break;
    case 'timestamp': {
      const isDerived = column.field === 'startedAt' || column.field === 'endedAt';
      bytes = fillWholeNumbers(data, rows, new Int32Array(scratch), isDerived ? batch.columns[TIME]!.numbers : null);
    }
  }
  const isAnyThere = validity.some(word => word !== 0);
  if (isAnyThere) duckdb.copy_data_to_vector(vector, 0, scratch, 0, bytes);
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, validity.buffer, 0, Math.ceil(rows.length / 64) * 8);
}

function setValid(index: number): void {
  validity[index >>> 5]! |= 1 << (index & 31);
}

function fillUuids({ words }: ColumnData, rows: Uint32Array, target: Uint32Array): number {
  for (let index = 0; index < rows.length; index++) {
    const from = rows[index]! * 4;
    if ((words[from]! | words[from + 1]! | words[from + 2]! | words[from + 3]!) === 0) continue;
    setValid(index);
    target[index * 4] = words[from]!;
    target[index * 4 + 1] = words[from + 1]!;
    target[index * 4 + 2] = words[from + 2]!;
    target[index * 4 + 3] = words[from + 3]! ^ UUID_SIGN;
  }
  return rows.length * 16;
}

/** Of linked span ids (`links` is their batch), those that are the connection's id too are left out. */
function fillIds({ words }: ColumnData, rows: Uint32Array, target: Uint32Array, links: EventBatch | null): number {
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    if ((words[row * 2]! | words[row * 2 + 1]!) === 0 || (links !== null && isConnectionId(links, row, words)))
      continue;
    setValid(index);
    target[index * 2] = words[row * 2]!;
    target[index * 2 + 1] = words[row * 2 + 1]!;
  }
  return rows.length * 8;
}

function isConnectionId({ columns }: EventBatch, row: number, words: Uint32Array): boolean {
  const ids = columns[CONNECTION_ID]!.words;
  if (ids[row * 2] !== words[row * 2] || ids[row * 2 + 1] !== words[row * 2 + 1]) return false;
  const trace = columns[LINKED_TRACE_ID]!.words;
  return (trace[row * 4]! | trace[row * 4 + 1]! | trace[row * 4 + 2]! | trace[row * 4 + 3]!) !== 0;
}

function fillChoices({ bytes }: ColumnData, rows: Uint32Array, target: Uint8Array): number {
  for (let index = 0; index < rows.length; index++) {
    const place = bytes[rows[index]!]!;
    if (place === 0) continue;
    setValid(index);
    target[index] = place - 1;
  }
  return rows.length;
}

function fillFlags({ bytes }: ColumnData, rows: Uint32Array, target: Uint8Array, absent: boolean | null): number {
  for (let index = 0; index < rows.length; index++) {
    const flag = bytes[rows[index]!]!;
    if (flag === 0 && absent === null) continue;
    setValid(index);
    target[index] = flag === 2 || (flag === 0 && absent === true) ? 1 : 0;
  }
  return rows.length;
}

function fillNumbers(
  { numbers }: ColumnData,
  rows: Uint32Array,
  target: Uint16Array | Float64Array,
  absent: number | null,
): number {
  for (let index = 0; index < rows.length; index++) {
    const number = numbers[rows[index]!]!;
    if (Number.isNaN(number) && absent === null) continue;
    setValid(index);
    target[index] = Number.isNaN(number) ? absent! : number;
  }
  return rows.length;
}

/** 64-bit numbers, as two halves: no bigint a value. Those that are also in `elsewhere` are left out. */
function fillWholeNumbers(
  { numbers }: ColumnData,
  rows: Uint32Array,
  target: Int32Array,
  elsewhere: Float64Array | null,
): number {
  for (let index = 0; index < rows.length; index++) {
    const number = numbers[rows[index]!]!;
    if (Number.isNaN(number) || number === elsewhere?.[rows[index]!]) continue;
    if (!Number.isSafeInteger(number)) {
      throw new RangeError(`expected a whole number in the range of a double, got ${number}`);
    }
    setValid(index);
    const high = Math.floor(number / TWO_TO_32);
    target[index * 2] = number - high * TWO_TO_32;
    target[index * 2 + 1] = high;
  }
  return rows.length * 8;
}
