/** The limit: the store alone, given columns that are decoded already, in bulk. */
import { randomFillSync } from 'node:crypto';
import { type CloseEvent, EventBatch, openDuckDbStore } from '@closewatch/collector';
import { answerQuestions, usage } from './asked-process.ts';
import { closeEvents } from './event-rows.ts';
import type { BulkOutcome, BulkWork } from './measure-bulk.ts';

/** Ids that are new in each batch, or else the rows would be duplicates. */
const IDS: readonly (keyof CloseEvent)[] = ['traceId', 'spanId', 'connectionId', 'linkedTraceId', 'linkedSpanId'];

answerQuestions({
  async run({ folder, rows, batch: batchRows }: BulkWork): Promise<BulkOutcome> {
    const batch = EventBatch.of(closeEvents(batchRows));
    const store = await openDuckDbStore({ folder });
    let stored = 0;
    const commit = async () => {
      renewIds(batch);
      stored += (await store.appendEvents(batch)).stored;
    };
    for (let warm = 0; warm < 4; warm++) await commit();
    stored = 0;
    const [before, began] = [usage(), performance.now()];
    for (let left = rows; left > 0; left -= batchRows) await commit();
    const [after, elapsed] = [usage(), performance.now() - began];
    await store.close();
    return { stored, elapsed, cpuMicros: after.cpuMicros - before.cpuMicros, peakBytes: after.peakBytes };
  },
});

function renewIds(batch: EventBatch): void {
  const fields = Object.keys(batch.eventAt(0));
  for (const field of IDS) randomFillSync(batch.columns[fields.indexOf(field)]!.words);
  const { words } = batch.columns[fields.indexOf('connectionId')]!;
  batch.columns[fields.indexOf('linkedSpanId')]!.words.set(words);
}
