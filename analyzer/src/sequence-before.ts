import type { Store } from '@closewatch/collector';

/**
 * A sequence after which all rows lie that were received at `time` (epoch milliseconds) or later: found in about
 * two reads of one row for each doubling of the store, since rows are stored in the order in which they were received.
 */
export async function sequenceBefore(store: Pick<Store, 'readEventsAfter'>, time: number): Promise<number> {
  const isBefore = async (sequence: number) => {
    const [row] = (await store.readEventsAfter(sequence, 1, ['receivedAt'])).events;
    return row !== undefined && row.receivedAt < time;
  };
  if (!(await isBefore(0))) return 0;
  let [before, after] = [0, 1];
  while (await isBefore(after)) [before, after] = [after, after * 2];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (await isBefore(middle)) before = middle;
    else after = middle;
  }
  return after;
}
