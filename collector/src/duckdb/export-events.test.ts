import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import type { Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { closeEventsFromParquet } from './close-events-from-parquet.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';

const DAY = 24 * 3_600_000;
const connection = { connectionId: '00000000000000aa', clientId: 'c-1' };
const EVENTS: CloseEvent[] = [
  closeEvent(1, { ...connection, kind: 'connect', traceId: '5'.repeat(32) }),
  closeEvent(2, {
    ...connection,
    startedAt: TEN_O_CLOCK + 5,
    linkedTraceId: '5'.repeat(32),
    linkedSpanId: connection.connectionId,
  }),
  closeEvent(3, { connectionId: 'conn-3', startedAt: TEN_O_CLOCK + 10.001, code: 1007 }),
];

describe('an export', () => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    let now = TEN_O_CLOCK;
    // The first day is packed and the second is live.
    store = await openDuckDbStore({
      folder,
      now: () => now,
      archive: { packAfterDays: 1, packedShare: Number.POSITIVE_INFINITY },
      upkeepMs: 20,
    });
    await store.appendEvents(EventBatch.of(EVENTS.slice(0, 2)));
    now += DAY;
    await store.appendEvents(EventBatch.of(EVENTS.slice(2)));
    await vi.waitFor(() => expect(store.status().days[0]!.form).toBe('packed'), 20_000);
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  async function eventsIn(path: string): Promise<CloseEvent[]> {
    const events = [];
    for await (const page of closeEventsFromParquet(path)) events.push(...page);
    return events;
  }

  it('has the events of packed days as they were', async () => {
    const path = join(folder, 'exported.parquet');
    await writeFile(path, store.exportEvents({ from: 0, to: Number.POSITIVE_INFINITY, format: 'parquet' }));
    expect(await eventsIn(path)).toEqual(EVENTS.map(event => ({ ...event, receivedAt: event.time })));
  });

  it('leaves nothing in the data folder, also when its reader leaves', async () => {
    for await (const chunk of store.exportEvents({ from: 0, to: Number.POSITIVE_INFINITY, format: 'json' })) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(existsSync(join(folder, 'exports'))).toBe(false);
  });

  it('is refused by name as history when it is no Parquet file', async () => {
    const path = join(folder, 'other.parquet');
    writeFileSync(path, readFileSync(import.meta.filename));
    await expect(eventsIn(path)).rejects.toThrow('other.parquet');
  });
});
