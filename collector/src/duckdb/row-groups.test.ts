import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { APPEND_ROWS, type Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';

const WAL = 'days/2026-11-23.duckdb.wal';
const now = () => TEN_O_CLOCK;

/** Closes with `count` serials from `first`. */
function batch(first: number, count: number): EventBatch {
  return EventBatch.of(Array.from({ length: count }, (_, index) => closeEvent(first + index)));
}

describe('a commit of a whole row group', () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    store = await openDuckDbStore({ folder: join(folder, 'data'), now });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const logBytes = () => statSync(join(folder, 'data', WAL)).size;

  it('is written into the file, and not into its log', async () => {
    await store.appendEvents(batch(1, 1_000));
    const before = logBytes();
    await store.appendEvents(batch(1_001, APPEND_ROWS));
    expect(logBytes() - before).toBeLessThan(before);
    expect((await store.readEventsAfter(1_000, APPEND_ROWS)).events).toHaveLength(APPEND_ROWS);
  });

  it('is there after a crash, among smaller ones, in the order in which they came', async () => {
    const sizes = [10, APPEND_ROWS, 20, APPEND_ROWS - 1, APPEND_ROWS];
    let rows = 0;
    for (const size of sizes) {
      await store.appendEvents(batch(rows + 1, size));
      rows += size;
    }
    // What a process leaves behind that is killed now.
    cpSync(join(folder, 'data'), join(folder, 'crashed'), { recursive: true });
    const reopened = await openDuckDbStore({ folder: join(folder, 'crashed'), now });
    const { events, sequence } = await reopened.readEventsAfter(0, rows + 1);
    await reopened.close();
    expect(sequence).toBe(rows);
    expect(events.map(({ spanId }) => spanId)).toEqual(
      batch(1, rows)
        .events()
        .map(({ spanId }) => spanId),
    );
  });
});
