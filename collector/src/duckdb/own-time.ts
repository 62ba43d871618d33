import type { EventBatch } from '../batch/event-batch.ts';
import { COLUMNS } from '../columns.ts';

const KIND = COLUMNS.find(column => column.field === 'kind')!;
const STARTED_AT = COLUMNS.findIndex(column => column.field === 'startedAt');
const ENDED_AT = COLUMNS.findIndex(column => column.field === 'endedAt');
/** Places from 1, as a batch has them. */
const BY_START = new Set(['close', 'drain'].map(name => KIND.type.names!.indexOf(name) + 1));

/** When a row would count had its time not been clamped, epoch microseconds: the same however often it is sent. */
export function ownTimeOf({ columns }: EventBatch, row: number): number {
  const isByStart = BY_START.has(columns[KIND.index]!.bytes[row]!);
  return columns[isByStart ? STARTED_AT : ENDED_AT]!.numbers[row]!;
}
