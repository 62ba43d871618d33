import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import type { ExportQuery } from '../export-query.ts';
import type { Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { closeEventsFromParquet } from './close-events-from-parquet.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';

const DAY = 24 * 3_600_000;
const REASON = 'says "go away", and\nmore';
const connection = { connectionId: '00000000000000aa', clientId: 'c-1' };
const EVENTS: CloseEvent[] = [
  closeEvent(1, { ...connection, kind: 'connect', traceId: '5'.repeat(32) }),
  closeEvent(2, {
    ...connection,
    startedAt: TEN_O_CLOCK + 5,
    linkedTraceId: '5'.repeat(32),
    linkedSpanId: connection.connectionId,
    reason: REASON,
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
    store = await openDuckDbStore({ folder, now: () => now, archive: { packAfterDays: 1 }, upkeepMs: 20 });
    await store.appendEvents(EventBatch.of(EVENTS.slice(0, 2)));
    now += DAY;
    await store.appendEvents(EventBatch.of(EVENTS.slice(2)));
    await vi.waitFor(() => expect(store.status().days[0]!.form).toBe('packed'), 20_000);
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  async function exported(query: Partial<ExportQuery>): Promise<Buffer> {
    const chunks = [];
    const all = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, format: 'csv' as const };
    for await (const chunk of store.exportEvents({ ...all, ...query })) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async function eventsIn(path: string): Promise<CloseEvent[]> {
    const events = [];
    for await (const page of closeEventsFromParquet(path)) events.push(...page);
    return events;
  }

  it('as Parquet has every event of every day, and is read again as they were', async () => {
    const path = join(folder, 'exported.parquet');
    writeFileSync(path, await exported({ format: 'parquet' }));
    expect(await eventsIn(path)).toEqual(EVENTS.map(event => ({ ...event, receivedAt: event.time })));
  });

  it('as JSON has an object a line, with ids as they are on the wire', async () => {
    const lines = (await exported({ format: 'json' }))
      .toString()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    lines.sort((a, b) => a.sequence - b.sequence);
    expect(lines.map(line => line.span_id)).toEqual(EVENTS.map(event => event.spanId));
    const { traceId: trace_id, connectionId: connection_id, linkedTraceId: linked_trace_id } = EVENTS[1]!;
    expect(lines[1]).toMatchObject({ trace_id, connection_id, linked_trace_id, kind: 'close', reason: REASON });
  });

  it('as CSV has a header, quotes what has to be, and keeps to its range', async () => {
    const range = { from: TEN_O_CLOCK + 5, to: TEN_O_CLOCK + 10 };
    const csv = (await exported(range)).toString();
    expect(csv.split(',', 3)).toEqual(['sequence', 'kind', 'trace_id']);
    expect(csv).toContain('"says ""go away"", and\nmore"');
    expect(csv).not.toContain('conn-3');
    const nothing = (await exported({ from: 0, to: 1 })).toString();
    expect(nothing).toBe(`${csv.split('\n', 1)[0]}\n`);
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
