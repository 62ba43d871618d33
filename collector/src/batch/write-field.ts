import type { Column } from '../columns.ts';
import type { EventBatch } from './event-batch.ts';
import { isSpanId, writeHex } from './hex-words.ts';

/** Puts a field of a CloseEvent into a row that has nothing there yet. The value is of the field's own type. */
export function writeField(batch: EventBatch, column: Column, row: number, value: unknown): void {
  if (value === null || value === column.absent) return;
  const data = batch.columns[column.index]!;
  switch (column.type.storage) {
    case 'id16':
      writeHex(data.words, row * 4, 4, value as string);
      return;
    case 'id8':
      writeHex(data.words, row * 2, 2, value as string);
      return;
    case 'key':
      if (isSpanId(value as string)) writeHex(data.words, row * 2, 2, value as string);
      else data.texts[row] = batch.texts.idOfString(value as string);
      return;
    case 'text':
      data.texts[row] = batch.texts.idOfString(value as string);
      return;
    case 'choice':
      data.bytes[row] = column.type.names!.indexOf(value as string) + 1;
      return;
    case 'flag':
      data.bytes[row] = value === true ? 2 : 1;
      return;
    case 'number':
      data.numbers[row] = value as number;
      return;
    case 'instant':
      data.numbers[row] = Math.round((value as number) * 1_000);
  }
}
