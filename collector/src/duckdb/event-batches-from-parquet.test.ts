import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import { COLUMNS } from '../columns.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { eventBatchesFromParquet } from './event-batches-from-parquet.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';

const FIELDS = COLUMNS.map(({ field }) => field).filter(field => !field.endsWith('raceId'));

/** Texts that fit into 12 bytes and texts that don't, again and again; ids of both kinds; all that a payload bug says. */
const ALL_KINDS = Array.from({ length: 5_000 }, (_, serial) =>
  closeEvent(serial + 1, {
    startedAt: TEN_O_CLOCK + serial,
    connectionId: serial % 3 === 0 ? `conn ${serial}` : `00000000000${(serial + 10_000).toString()}`,
    clientId: serial % 2 === 0 ? `c-${serial}` : `client-of-a-long-name-${serial}`,
    instance: `gateway-7d9f8b6c5d-${serial % 7}`,
    serviceVersion: serial % 5 === 0 ? null : `1.${serial % 4}`,
    region: serial > 2_500 ? 'Zürich, wo die Züge pünktlich sind' : null,
    connectionDuration: serial / 8,
    ...(serial % 100 === 0
      ? ({
          code: 1007,
          failed: true,
          payloadDefect: 'invalid_utf8',
          payloadSignature: 'gzip',
          payloadSender: 'client',
        } as const)
      : {}),
    trusted: serial % 11 !== 0,
    weight: serial % 13 === 0 ? 2.5 : 1,
  }),
);

describe('batches of a Parquet file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function exported(name: string, events: readonly CloseEvent[]): Promise<string> {
    const data = join(folder, name);
    const store = await openDuckDbStore({ folder: data, now: () => TEN_O_CLOCK });
    await store.appendEvents(EventBatch.of(events));
    const path = join(folder, `${name}.parquet`);
    await writeFile(path, store.exportEvents({ from: 0, to: Number.POSITIVE_INFINITY, format: 'parquet' }));
    await store.close();
    return path;
  }

  async function read(path: string, fields: readonly (keyof CloseEvent)[]): Promise<CloseEvent[]> {
    const events: CloseEvent[] = [];
    for await (const batch of eventBatchesFromParquet(path, fields)) events.push(...batch.events());
    return events;
  }

  const only = (fields: readonly (keyof CloseEvent)[], event: CloseEvent) =>
    Object.fromEntries(fields.map(field => [field, field === 'receivedAt' ? event.time : event[field]]));

  it('have the fields that are asked for as they were stored, in the order in which they came', async () => {
    const events = await read(await exported('kinds', ALL_KINDS), FIELDS);
    // Two times of three are left out of a file where they are the same.
    const fields = FIELDS.filter(field => field !== 'startedAt' && field !== 'endedAt' && field !== 'linkedSpanId');
    expect(events.map(event => only(fields, event))).toEqual(ALL_KINDS.map(event => only(fields, event)));
  });

  it('come in the order of receipt while few rows are late, and by time where many are', async () => {
    const minutes = (count: number) => TEN_O_CLOCK + count * 60_000;
    const orderly = Array.from({ length: 2_000 }, (_, serial) =>
      closeEvent(serial + 1, { startedAt: minutes(serial) }),
    );
    const late = [...orderly, closeEvent(9_999, { startedAt: minutes(5) })];
    const [, ...times] = (await read(await exported('late', late), ['time'])).map(({ time }) => time);
    expect(times.at(-1)).toBe(minutes(5));
    const backward = orderly.toReversed();
    const sorted = (await read(await exported('backward', backward), ['time'])).map(({ time }) => time);
    expect(sorted).toEqual(orderly.map(({ time }) => time));
  });
});
