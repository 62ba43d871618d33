import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { CloseEvent } from '../close-event.ts';
import type { EventSelection, TableColumn } from './event-table.ts';
import type { ResultTexts } from './result-texts.ts';
import { isValid } from './text-vector.ts';

const TWO_TO_32 = 2 ** 32;
const UUID_SIGN = 0x8000_0000;

type Row = Record<string, unknown>;

/** Rows of a result. */
export interface EventRows {
  /** With the fields of the selection. */
  events: CloseEvent[];
  /** Of the last row; 0 where there is none. */
  lastSequence: number;
}

/**
 * Events out of the memory of a result of a selection, column by column: no wrapper object a value, and no work for the cells that say
 * nothing, which most of them do.
 */
export function eventsFromChunk(
  { chunk }: DuckDBDataChunk,
  { columns }: EventSelection,
  texts: ResultTexts,
): EventRows {
  const count = duckdb.data_chunk_get_size(chunk);
  const blank = Object.fromEntries(columns.map(({ column }) => [column.field, column.absent]));
  const rows: Row[] = Array.from({ length: count }, () => ({ ...blank }));
  const sequences = wholeNumbers(duckdb.data_chunk_get_vector(chunk, 0), count);
  for (const [index, tableColumn] of columns.entries()) {
    readVector(duckdb.data_chunk_get_vector(chunk, index + 1), tableColumn, rows, texts);
  }
  return { events: rows as unknown as CloseEvent[], lastSequence: count === 0 ? 0 : sequences(count - 1) };
}

function readVector(vector: duckdb.Vector, tableColumn: TableColumn, rows: Row[], texts: ResultTexts): void {
  const count = rows.length;
  const validity: Uint8Array | null = duckdb.vector_get_validity(vector, Math.ceil(count / 64) * 8);
  if (validity?.every(byte => byte === 0)) return;
  const valueAt = readerOf(vector, tableColumn, count, validity, texts);
  const { field } = tableColumn.column;
  for (let index = 0; index < count; index++) {
    if (isValid(validity, index)) rows[index]![field] = valueAt(index);
  }
}

/** A reader of the values of a vector; it is asked for those that are there only. */
function readerOf(
  vector: duckdb.Vector,
  { physical, column }: TableColumn,
  count: number,
  validity: Uint8Array | null,
  texts: ResultTexts,
): (index: number) => unknown {
  switch (physical) {
    case 'uuid':
      return traceIds(vector, count);
    case 'ubigint':
      return spanIds(vector, count);
    case 'varchar':
      return texts.reader(bytesOf(vector, count * 16), validity);
    case 'enum': {
      const places = new Uint8Array(bytesOf(vector, count));
      const names = column.type.names!;
      return index => names[places[index]!];
    }
    case 'boolean': {
      const flags = new Uint8Array(bytesOf(vector, count));
      return index => flags[index] === 1;
    }
    case 'usmallint': {
      const numbers = new Uint16Array(bytesOf(vector, count * 2));
      return index => numbers[index];
    }
    case 'double': {
      const numbers = new Float64Array(bytesOf(vector, count * 8));
      return index => numbers[index];
    }
    case 'bigint':
      return wholeNumbers(vector, count);
    case 'timestamp': {
      const microseconds = wholeNumbers(vector, count);
      return index => microseconds(index) / 1_000;
    }
  }
}

/** A copy of the vector's memory; the binding makes one at each call. */
function bytesOf(vector: duckdb.Vector, bytes: number): ArrayBuffer {
  return duckdb.vector_get_data(vector, bytes).buffer as ArrayBuffer;
}

function wholeNumbers(vector: duckdb.Vector, count: number): (index: number) => number {
  const halves = new Int32Array(bytesOf(vector, count * 8));
  return index => halves[index * 2 + 1]! * TWO_TO_32 + (halves[index * 2]! >>> 0);
}

/** Span ids: their digits are the bytes from the most significant one. */
function spanIds(vector: duckdb.Vector, count: number): (index: number) => string {
  const bytes = Buffer.from(bytesOf(vector, count * 8)).swap64();
  return index => bytes.toString('hex', index * 8, index * 8 + 8);
}

/** Trace ids: as span ids, with the upper half behind the lower one and its sign flipped. */
function traceIds(vector: duckdb.Vector, count: number): (index: number) => string {
  const buffer = bytesOf(vector, count * 16);
  const words = new Uint32Array(buffer);
  for (let at = 0; at < words.length; at += 4) {
    const [a, b] = [words[at]!, words[at + 1]!];
    words[at] = words[at + 2]!;
    words[at + 1] = words[at + 3]! ^ UUID_SIGN;
    words[at + 2] = a;
    words[at + 3] = b;
  }
  const bytes = Buffer.from(buffer).swap64();
  return index => bytes.toString('hex', index * 16, index * 16 + 16);
}
