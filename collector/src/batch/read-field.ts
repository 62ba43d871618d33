import type { Column } from '../columns.ts';
import type { EventBatch } from './event-batch.ts';
import { readHex } from './hex-words.ts';

/** A field of a row as a CloseEvent has it; null where the column says where the row has nothing. */
export function readField(batch: EventBatch, column: Column, row: number): string | number | boolean | null {
  return storedValue(batch, column, row) ?? column.absent;
}

function storedValue(batch: EventBatch, column: Column, row: number): string | number | boolean | null {
  const data = batch.columns[column.index]!;
  switch (column.type.storage) {
    case 'id16':
      return readHex(data.words, row * 4, 4);
    case 'id8':
      return readHex(data.words, row * 2, 2);
    case 'key':
      return readHex(data.words, row * 2, 2) ?? textOf(batch, data.texts[row]!);
    case 'text':
      return textOf(batch, data.texts[row]!);
    case 'choice':
      return column.type.names![data.bytes[row]! - 1] ?? null;
    case 'flag':
      return data.bytes[row] === 0 ? null : data.bytes[row] === 2;
    case 'number':
      return numberOf(data.numbers[row]!);
    case 'instant':
      return numberOf(data.numbers[row]! / 1_000);
  }
}

function textOf(batch: EventBatch, id: number): string | null {
  return id === 0 ? null : batch.texts.textOf(id);
}

function numberOf(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
