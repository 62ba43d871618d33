import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { ColumnData, EventBatch } from '../batch/event-batch.ts';
import type { Column } from '../columns.ts';
import { RecentTexts } from './recent-texts.ts';
import { isValid, TextVector } from './text-vector.ts';

const TWO_TO_32 = 2 ** 32;
const ID_DIGITS = 16;

/** The types that a plain file's columns are read as: ids and texts as texts, the rest as a table has them. */
export function plainTypeOf({ type }: Column): string {
  switch (type.storage) {
    case 'id16':
    case 'id8':
    case 'key':
    case 'text':
      return 'VARCHAR';
    case 'choice':
      return `ENUM(${type.names!.map(name => `'${name}'`).join(', ')})`;
    case 'flag':
      return 'BOOLEAN';
    case 'instant':
      return 'TIMESTAMP';
    case 'number':
      return 'DOUBLE';
  }
}

/**
 * Puts the rows of a chunk whose columns are these, of plain types, into a batch that has none: column by column, from the
 * memory of the one into that of the other. A trace id is left out: nothing that reads batches of a file asks for it.
 */
export function fillBatch(batch: EventBatch, { chunk }: DuckDBDataChunk, columns: readonly Column[]): void {
  const rows = duckdb.data_chunk_get_size(chunk);
  while (batch.rows < rows) batch.addRow();
  for (const [index, column] of columns.entries()) {
    const vector = duckdb.data_chunk_get_vector(chunk, index);
    const validity: Uint8Array | null = duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8);
    if (validity?.every(byte => byte === 0)) continue;
    fillColumn(batch, column, { vector, validity, rows });
  }
}

interface Cells {
  vector: duckdb.Vector;
  validity: Uint8Array | null;
  rows: number;
}

function fillColumn(batch: EventBatch, column: Column, cells: Cells): void {
  const data = batch.columns[column.index]!;
  switch (column.type.storage) {
    case 'id16':
      throw new RangeError(`expected a column that batches of a file have, got ${column.name}`);
    case 'id8':
    case 'key':
      fillIds(batch, data, cells);
      return;
    case 'text':
      fillTexts(batch, data, cells);
      return;
    case 'choice':
    case 'flag':
      fillBytes(data, cells);
      return;
    case 'instant':
      fillInstants(data, cells);
      return;
    case 'number':
      fillNumbers(data, cells);
  }
}

/** Ids of 16 hex digits as words, other ones as texts where the column has them. */
function fillIds(batch: EventBatch, { words, texts }: ColumnData, { vector, validity, rows }: Cells): void {
  const vectorTexts = new TextVector(bytesOf(vector, rows * 16), validity);
  for (let row = 0; row < rows; row++) {
    if (!isValid(validity, row)) continue;
    vectorTexts.find(row);
    const { view, start, length } = vectorTexts;
    const hi = length === ID_DIGITS ? wordOf(view, start) : Number.NaN;
    const lo = length === ID_DIGITS ? wordOf(view, start + 8) : Number.NaN;
    if (!Number.isNaN(hi + lo) && hi + lo > 0) {
      words[row * 2] = lo;
      words[row * 2 + 1] = hi;
    } else if (texts.length > 0) texts[row] = batch.texts.idOf(view, start, start + length);
  }
}

/** What a lower-case hex digit's code stands for; what is none makes the sum NaN. */
const DIGITS = Float64Array.from({ length: 256 }, (_, code) => Number.parseInt(String.fromCharCode(code), 16));
for (const upper of 'ABCDEF') DIGITS[upper.charCodeAt(0)] = Number.NaN;

/** Eight hex digits; NaN where one is none. */
function wordOf(view: DataView, start: number): number {
  let word = 0;
  for (let index = 0; index < 8; index++) word = word * 16 + DIGITS[view.getUint8(start + index)]!;
  return word;
}

const recent = new RecentTexts();

/** A text whose 16 bytes in the vector are those of one near it costs a few comparisons. */
function fillTexts(batch: EventBatch, { texts }: ColumnData, { vector, validity, rows }: Cells): void {
  const vectorTexts = new TextVector(bytesOf(vector, rows * 16), validity);
  const { words } = vectorTexts;
  recent.clear();
  for (let row = 0; row < rows; row++) {
    if (!isValid(validity, row)) continue;
    const known = recent.placeOf(words, row);
    if (known !== undefined) {
      texts[row] = known;
      continue;
    }
    vectorTexts.find(row);
    const id = batch.texts.idOf(vectorTexts.view, vectorTexts.start, vectorTexts.start + vectorTexts.length);
    texts[row] = id;
    recent.put(words, row, id);
  }
}

function fillBytes({ bytes }: ColumnData, { vector, validity, rows }: Cells): void {
  const places = new Uint8Array(bytesOf(vector, rows));
  for (let row = 0; row < rows; row++) if (isValid(validity, row)) bytes[row] = places[row]! + 1;
}

function fillInstants({ numbers }: ColumnData, { vector, validity, rows }: Cells): void {
  const halves = new Int32Array(bytesOf(vector, rows * 8));
  for (let row = 0; row < rows; row++) {
    if (isValid(validity, row)) numbers[row] = halves[row * 2 + 1]! * TWO_TO_32 + (halves[row * 2]! >>> 0);
  }
}

function fillNumbers({ numbers }: ColumnData, { vector, validity, rows }: Cells): void {
  const values = new Float64Array(bytesOf(vector, rows * 8));
  for (let row = 0; row < rows; row++) if (isValid(validity, row)) numbers[row] = values[row]!;
}

/** A copy of the vector's memory; the binding makes one at each call. */
function bytesOf(vector: duckdb.Vector, bytes: number): ArrayBuffer {
  return duckdb.vector_get_data(vector, bytes).buffer as ArrayBuffer;
}
