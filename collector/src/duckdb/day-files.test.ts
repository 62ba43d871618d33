import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';

const DAY_MS = 86_400_000;

describe('days of receipt', () => {
  let folder: string;
  let store: Store;
  let now: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    now = TEN_O_CLOCK;
    store = await openDuckDbStore({ folder, archive: {}, now: () => now });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  async function reopen() {
    await store.close();
    store = await openDuckDbStore({ folder, archive: {}, now: () => now });
  }
  const files = () => readdirSync(join(folder, 'days')).filter(name => !name.endsWith('.wal'));

  it('have a file each, and sequences that count on from one to the next', async () => {
    await store.appendEvents(EventBatch.of([closeEvent(1), closeEvent(2)]));
    now += DAY_MS;
    await store.appendEvents(EventBatch.of([closeEvent(3, { startedAt: now })]));
    now += DAY_MS;
    await reopen();
    await store.appendEvents(EventBatch.of([closeEvent(4, { startedAt: now })]));
    expect(files()).toEqual(['2026-11-23.duckdb', '2026-11-24.duckdb', '2026-11-25.duckdb']);
    expect((statSync(join(folder, 'days')).mode & 0o777).toString(8)).toBe('700');
    const { days, sequence } = store.status();
    expect(sequence).toBe(4);
    expect(days).toMatchObject([
      { day: '2026-11-23', form: 'closed', rows: 2, firstSequence: 1, lastSequence: 2, earliest: TEN_O_CLOCK },
      { day: '2026-11-24', form: 'closed', rows: 1, firstSequence: 3, lastSequence: 3 },
      { day: '2026-11-25', form: 'live', rows: 1, firstSequence: 4, lastSequence: 4, earliest: now, latest: now },
    ]);
    await reopen();
    expect(store.status().days).toEqual(days.map(day => ({ ...day, bytes: expect.any(Number) })));
  });

  it('are refused by name when a newer version wrote one, and left as they are', async () => {
    await store.appendEvents(EventBatch.of([closeEvent(1)]));
    await store.close();
    const path = join(folder, 'days', '2026-11-23.duckdb');
    await setVersion(path, 999);
    const refusal = {
      code: 'STORE_SCHEMA_TOO_NEW',
      message: `expected schema version 1 or older in ${path}, got 999: use the newer Closewatch that wrote it`,
    };
    await expect(openDuckDbStore({ folder, archive: {} })).rejects.toMatchObject(refusal);
    await setVersion(path, 1);
    store = await openDuckDbStore({ folder, archive: {}, now: () => now });
    expect(store.status()).toMatchObject({ sequence: 1, lostRows: 0 });
  });

  it('are read as one, page by page', async () => {
    for (const serial of [1, 2, 3, 4, 5, 6]) {
      await store.appendEvents(EventBatch.of([closeEvent(serial)]));
      if (serial % 2 === 0) now += DAY_MS;
    }
    const first = await store.readEventsAfter(0, 3);
    const second = await store.readEventsAfter(first.sequence, 3);
    expect([...first.events, ...second.events].map(event => event.spanId.at(-1))).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
    expect(second.sequence).toBe(6);
    expect(await store.readCloses({ from: TEN_O_CLOCK, to: TEN_O_CLOCK + 1, limit: 10 })).toHaveLength(6);
  });

  it('hold a span once that is sent again within 24 hours on the next day', async () => {
    await store.appendEvents(EventBatch.of([closeEvent(1)]));
    now += DAY_MS;
    expect(await store.appendEvents(EventBatch.of([closeEvent(1)]))).toEqual({ stored: 0, duplicates: 1 });
  });

  it('hold a span once that came more than 24 hours ahead and is sent again, also after a restart', async () => {
    const ahead = { startedAt: TEN_O_CLOCK + DAY_MS + 60_000, endedAt: TEN_O_CLOCK + DAY_MS + 60_000 };
    const event = closeEvent(1, { ...ahead, time: TEN_O_CLOCK, clamped: true });
    await store.appendEvents(EventBatch.of([event]));
    now += 120_000;
    expect(await store.appendEvents(EventBatch.of([event]))).toEqual({ stored: 0, duplicates: 1 });
    now -= 120_000;
    await reopen();
    now += 120_000;
    expect(await store.appendEvents(EventBatch.of([event]))).toEqual({ stored: 0, duplicates: 1 });
  });

  it('go on where the clock is set back', async () => {
    await store.appendEvents(EventBatch.of([closeEvent(1)]));
    now -= DAY_MS;
    await store.appendEvents(EventBatch.of([closeEvent(2)]));
    expect(files()).toEqual(['2026-11-23.duckdb']);
  });

  it('go on by the clock after a moment in which it was years ahead, also after a restart, and go as others do', async () => {
    const logger = { info: vi.fn(), error: vi.fn() };
    await store.close();
    store = await openDuckDbStore({ folder, archive: {}, now: () => now, logger });
    const clocks = ['2026-11-23', '2036-01-01', '2026-11-23', '2026-11-24', '2026-11-25'];
    for (const [index, date] of clocks.entries()) {
      now = Date.parse(`${date}T12:00:00Z`);
      await store.appendEvents(EventBatch.of([closeEvent(index + 1)]));
    }
    const message = 'the clock was ahead when the day before was begun; days go on by the clock of now';
    expect(logger.error.mock.calls).toEqual([[{ day: '2026-11-24', before: '2036-01-01' }, message]]);
    const days = ['2026-11-23', '2036-01-01', '2026-11-24', '2026-11-25'];
    for (const start of ['as it went on', 'after a restart']) {
      expect({ start, days: store.status().days.map(({ day }) => day) }).toEqual({ start, days });
      expect(store.status()).toMatchObject({ sequence: 5, lostRows: 0 });
      const { events } = await store.readEventsAfter(0, 10);
      expect(events.map(event => event.spanId.at(-1)).join('')).toBe('12345');
      await reopen();
    }
    await store.close();
    now += DAY_MS;
    store = await openDuckDbStore({ folder, archive: {}, now: () => now, upkeepMs: 5, retention: { days: 1 } });
    await vi.waitFor(() => expect(files()).toEqual(['2026-11-25.duckdb', '2026-11-26.duckdb']));
  });

  it('are not begun by a file whose making was cut short', async () => {
    writeFileSync(join(folder, 'days', '2026-11-23.duckdb.new'), 'cut short');
    await store.appendEvents(EventBatch.of([closeEvent(1)]));
    expect(files()).toEqual(['2026-11-23.duckdb']);
    expect((await store.readEventsAfter(0, 10)).events).toEqual([closeEvent(1)]);
  });

  it('are refused with the name of the file when that is damaged', async () => {
    await store.appendEvents(EventBatch.of([closeEvent(1)]));
    await store.close();
    const file = join(folder, 'days', '2026-11-23.duckdb');
    writeFileSync(file, 'not a database, but long enough to look at'.repeat(500));
    const refusal = { code: 'STORE_UNREADABLE', message: expect.stringContaining(`cannot open ${file}: `) };
    await expect(openDuckDbStore({ folder })).rejects.toMatchObject(refusal);
    rmSync(file);
    store = await openDuckDbStore({ folder });
  });

  it('are begun by the clock, and written into their files when they are over, though no rows come', async () => {
    await store.close();
    const logger = { info: vi.fn(), error: vi.fn() };
    store = await openDuckDbStore({ folder, archive: {}, now: () => now, upkeepMs: 5, logger });
    await store.appendEvents(EventBatch.of([closeEvent(1)]));
    expect(readdirSync(join(folder, 'days'))).toContain('2026-11-23.duckdb.wal');
    now += DAY_MS;
    await vi.waitFor(() => expect(readdirSync(join(folder, 'days'))).not.toContain('2026-11-23.duckdb.wal'));
    expect(store.status().days.map(({ day, form }) => [day, form])).toEqual([
      ['2026-11-23', 'closed'],
      ['2026-11-24', 'live'],
    ]);
    expect(logger.error).not.toHaveBeenCalled();
  });

  it('go when they are too old, reads finish first, and sequences count on', async () => {
    for (const serial of [1, 2, 3]) {
      await store.appendEvents(EventBatch.of([closeEvent(serial)]));
      now += DAY_MS;
    }
    await store.close();
    store = await openDuckDbStore({ folder, archive: {}, now: () => now, upkeepMs: 5, retention: { days: 2 } });
    const reads = Promise.all(Array.from({ length: 10 }, () => store.readEventsAfter(0, 10)));
    await vi.waitFor(() => expect(files()).toEqual(['2026-11-24.duckdb', '2026-11-25.duckdb', '2026-11-26.duckdb']));
    for (const { events } of await reads) expect(events.map(event => event.spanId.at(-1)).join('')).toMatch(/^1?23$/);
    expect(store.status()).toMatchObject({ sequence: 3, retiredRows: 1, lostRows: 0 });
    expect((await store.readEventsAfter(0, 10)).events.map(event => event.spanId.at(-1))).toEqual(['2', '3']);
    now += 5 * DAY_MS;
    await vi.waitFor(() => expect(files()).toEqual(['2026-12-01.duckdb']));
    await reopen();
    expect(await store.appendEvents(EventBatch.of([closeEvent(4)]))).toEqual({ stored: 1, duplicates: 0 });
    expect(await store.readEventsAfter(0, 10)).toMatchObject({ sequence: 4 });
    expect(store.status().lostRows).toBe(0);
  });

  it('go when the store is too large, the oldest first and never the live one', async () => {
    for (const serial of [1, 2, 3]) {
      await store.appendEvents(EventBatch.of([closeEvent(serial)]));
      now += DAY_MS;
    }
    now -= DAY_MS;
    await store.close();
    store = await openDuckDbStore({ folder, archive: {}, now: () => now, upkeepMs: 5, retention: { bytes: 1 } });
    await vi.waitFor(() => expect(files()).toEqual(['2026-11-25.duckdb']));
    expect(store.status()).toMatchObject({ retiredRows: 2, days: [{ form: 'live', rows: 1 }] });
  });
});

describe('rows that were acknowledged and are gone', () => {
  let folder: string;
  let files: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    files = mkdtempSync(join(tmpdir(), 'closewatch-copy-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    rmSync(files, { recursive: true });
  });

  it('are noticed by the high-water mark, said loudly, and their sequences not given again', async () => {
    const logger = { info: vi.fn(), error: vi.fn() };
    const now = () => TEN_O_CLOCK;
    const store = await openDuckDbStore({ folder, now });
    await store.appendEvents(EventBatch.of([closeEvent(1), closeEvent(2)]));
    await store.appendEvents(EventBatch.of([closeEvent(3)]));
    cpSync(folder, files, { recursive: true });
    await store.close();
    rmSync(join(files, 'days', '2026-11-23.duckdb.wal'));

    const reopened = await openDuckDbStore({ folder: files, now, logger });
    expect(reopened.status()).toMatchObject({ lostRows: 3, sequence: 3 });
    const message = expect.stringContaining(`3 rows that were acknowledged are not in ${files}`);
    expect(logger.error).toHaveBeenCalledExactlyOnceWith({ lost: 3 }, message);
    expect(await reopened.appendEvents(EventBatch.of([closeEvent(3), closeEvent(4)]))).toMatchObject({ stored: 2 });
    expect(await reopened.readEventsAfter(0, 1)).toEqual({ events: [closeEvent(3)], sequence: 4 });
    expect(await reopened.readEventsAfter(4, 1)).toEqual({ events: [closeEvent(4)], sequence: 5 });
    await reopened.close();
  });
});

/** As another version of Closewatch would have left a day's file. */
async function setVersion(path: string, version: number): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(`UPDATE day_file SET version = ${version}`);
  connection.closeSync();
  instance.closeSync();
}
