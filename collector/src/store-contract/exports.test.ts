import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import { closeEventsFromParquet } from '../duckdb/close-events-from-parquet.ts';
import type { ExportQuery } from '../export-query.ts';
import type { Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { ENGINES } from './engines.fixture.ts';

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

describe.each(ENGINES)('an export, on $name', ({ open }) => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    let now = TEN_O_CLOCK;
    store = await open(folder, () => now);
    await store.appendEvents(EventBatch.of(EVENTS.slice(0, 2)));
    now += DAY;
    await store.appendEvents(EventBatch.of(EVENTS.slice(2)));
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

  it('as Parquet has every event of every day, and is read again, by what replays it, as they were', async () => {
    const path = join(folder, 'exported.parquet');
    writeFileSync(path, await exported({ format: 'parquet' }));
    const events = [];
    for await (const page of closeEventsFromParquet(path)) events.push(...page);
    expect(events).toEqual(EVENTS.map(event => ({ ...event, receivedAt: event.time })));
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
});
