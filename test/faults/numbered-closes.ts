import { EventBatch, type Store } from '@closewatch/collector';
import { closeEvent } from '../../collector/src/testdata/close-event.ts';

/** Closes with the numbers from `first` on, by which `storedNumbers` knows them again. */
export function numberedCloses(first: number, count: number, startedAt: number): EventBatch {
  return EventBatch.of(Array.from({ length: count }, (_, index) => closeEvent(first + index, { startedAt })));
}

/** The numbers of all stored closes, in the order in which they are stored. */
export async function storedNumbers(store: Store): Promise<number[]> {
  const numbers: number[] = [];
  for (let sequence = 0; ; ) {
    const page = await store.readEventsAfter(sequence, 10_000);
    if (page.events.length === 0) return numbers;
    for (const { traceId } of page.events) numbers.push(Number.parseInt(traceId.slice(1), 16));
    sequence = page.sequence;
  }
}

export function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
