import type { EventBatch } from '../batch/event-batch.ts';
import type { RowSet } from './row-set.ts';
import { hashOfSpan, isSameSpan, spanIdsOf } from './span-ids.ts';

/**
 * The rows of a batch that no earlier row of it has the trace and span id of. A table of open addressing, as a string and a
 * Map entry a row would cost more than all the rest of an append.
 */
export function distinctRows(batch: EventBatch): RowSet {
  const ids = spanIdsOf(batch);
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(batch.rows * 2 + 1))).fill(-1);
  const rows = new Uint32Array(batch.rows);
  let count = 0;
  for (let row = 0; row < batch.rows; row++) {
    let slot = hashOfSpan(ids, row) & (slots.length - 1);
    while (slots[slot]! >= 0 && !isSameSpan(ids, slots[slot]!, row)) slot = (slot + 1) & (slots.length - 1);
    if (slots[slot]! >= 0) continue;
    slots[slot] = row;
    rows[count++] = row;
  }
  return { rows, count };
}
