import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import type { Store } from '../store.ts';
import type { StoredDay } from '../store-status.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import type { WindowCounts } from '../window-query.ts';
import { type Archive, dueForm } from './archive.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';

const DAY = 24 * 3_600_000;
const DAYS = 4;
/** Days as small as these are larger packed. */
const ANY_SIZE = { packedShare: Number.POSITIVE_INFINITY };
const CLIENT = 'a client whose id is longer than twelve bytes';

/** A connection a day, from its connect row to its close, and a close by another emitter. */
function eventsOf(day: number): CloseEvent[] {
  const at = { startedAt: TEN_O_CLOCK + day * DAY, clientId: CLIENT, connectionId: `000000000000000${day + 1}` };
  const traceId = `${day + 1}`.repeat(32);
  return [
    closeEvent(day * 3 + 1, {
      ...at,
      kind: 'connect',
      traceId,
      spanId: at.connectionId,
      endedAt: at.startedAt + 20,
      time: at.startedAt + 20,
    }),
    closeEvent(day * 3 + 2, {
      ...at,
      startedAt: at.startedAt + 60_000,
      linkedTraceId: traceId,
      linkedSpanId: at.connectionId,
      connectionDuration: 59.980001,
    }),
    closeEvent(day * 3 + 3, {
      ...at,
      connectionId: `conn-${day}`,
      clientId: `c-${day}`,
      emitter: 'datadog',
      code: 1012,
    }),
  ];
}
const EVENTS = Array.from({ length: DAYS }, (_, day) => eventsOf(day)).flat();
const GAUGE = {
  service: 'gateway',
  serviceVersion: null,
  instance: 'g-1',
  environment: null,
  role: 'server' as const,
  connections: 7,
};

describe('closed days', () => {
  let folder: string;
  let now: number;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    const store = await opened({});
    for (let day = 0; day < DAYS; day++) {
      now = TEN_O_CLOCK + day * DAY;
      await store.appendEvents(EventBatch.of(eventsOf(day)), [{ ...GAUGE, time: now, receivedAt: now }]);
    }
    await store.close();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function opened(archive: Archive): Promise<Store> {
    now ??= TEN_O_CLOCK;
    return openDuckDbStore({ folder, archive: { ...archive, ...ANY_SIZE }, now: () => now, upkeepMs: 20 });
  }
  async function reached(store: Store, forms: StoredDay['form'][]): Promise<void> {
    await expect.poll(() => store.status().days.map(({ form }) => form), { timeout: 20_000 }).toEqual(forms);
  }
  const files = () => readdirSync(join(folder, 'days')).sort();

  /** All that is read of the store, in every way. */
  async function everything(store: Store): Promise<unknown> {
    const window = { from: TEN_O_CLOCK - DAY, to: TEN_O_CLOCK + DAYS * DAY };
    return {
      events: (await store.readEventsAfter(0, 100)).events,
      closes: await store.readCloses({ ...window, limit: 100 }),
      client: await store.readStory({ clientId: CLIENT, limit: 100 }),
      connection: await store.readStory({ connectionId: '0000000000000001', limit: 100 }),
      foreign: await store.readStory({ connectionId: 'conn-2', limit: 100 }),
      breakdown: await store.readBreakdown({ ...window, by: 'clientId', limit: 100 }),
      seconds: totals(await store.readWindow({ ...window, binMs: 1_000, by: ['code'], where: { clientId: CLIENT } })),
      days: totals(await store.readWindow({ ...window, binMs: DAY, by: ['code', 'instance'] })),
      gauges: await store.readGauges(0, 100),
    };
  }
  const totals = ({ groups, bins, rows }: WindowCounts) =>
    Array.from({ length: groups }, (_, group) => `${bins[group]}: ${rows[group]}`).sort();

  it('are read as before once they are packed, and once they are Parquet', async () => {
    let store = await opened({});
    const before = await everything(store);
    expect(before).toMatchObject({ events: EVENTS });
    await store.close();

    store = await opened({ packAfterDays: 2 });
    await reached(store, ['packed', 'packed', 'closed', 'live']);
    expect(await everything(store)).toEqual(before);
    await store.close();
    expect(files().filter(name => !name.endsWith('.wal'))).toEqual([
      '2026-11-23.packed.duckdb',
      '2026-11-24.packed.duckdb',
      '2026-11-25.duckdb',
      '2026-11-26.duckdb',
    ]);

    store = await opened({ packAfterDays: 1, parquetAfterDays: 2 });
    await reached(store, ['parquet', 'parquet', 'packed', 'live']);
    expect(await everything(store)).toEqual(before);
    await store.close();

    store = await opened({});
    expect(await everything(store)).toEqual(before);
    expect(store.status().lostRows).toBe(0);
    await store.close();
  });

  it('are whole in one form or the other when the rewriting was cut short', async () => {
    writeFileSync(join(folder, 'days', '2026-11-23.packed.duckdb.new'), 'half a file');
    let store = await opened({ packAfterDays: 2 });
    await reached(store, ['packed', 'packed', 'closed', 'live']);
    const before = await everything(store);
    await store.close();
    // Both are there when the process ends between the rename and the removal.
    writeFileSync(join(folder, 'days', '2026-11-23.duckdb'), 'left behind');
    store = await opened({});
    expect(await everything(store)).toEqual(before);
    expect(existsSync(join(folder, 'days', '2026-11-23.duckdb'))).toBe(false);
    await store.close();
  });

  it('are kept in their older form where the rewritten one is not whole, and rewritten again', async () => {
    let store = await opened({});
    const before = await everything(store);
    await store.close();
    for (const left of [Buffer.alloc(0), Buffer.from('left behind'.repeat(2_000))]) {
      for (const name of ['2026-11-23.packed.duckdb', '2026-11-23.parquet'])
        writeFileSync(join(folder, 'days', name), left);
      // Whole as a database, but it has none of the day's rows.
      copyFileSync(join(folder, 'days', '2026-11-26.duckdb'), join(folder, 'days', '2026-11-24.packed.duckdb'));
      store = await opened({});
      expect(await everything(store)).toEqual(before);
      expect(store.status()).toMatchObject({
        lostRows: 0,
        days: Array(DAYS - 1)
          .fill({ form: 'closed' })
          .concat({ form: 'live' }),
      });
      await store.close();
      expect(files().filter(name => !name.endsWith('.wal'))).toEqual([
        '2026-11-23.duckdb',
        '2026-11-24.duckdb',
        '2026-11-25.duckdb',
        '2026-11-26.duckdb',
      ]);
    }
    store = await opened({ packAfterDays: 2 });
    await reached(store, ['packed', 'packed', 'closed', 'live']);
    expect(await everything(store)).toEqual(before);
    await store.close();
  });

  it('are refused by name, and left as they are, where no form of them can be read', async () => {
    const names = ['2026-11-23.duckdb', '2026-11-23.packed.duckdb'];
    for (const name of names) writeFileSync(join(folder, 'days', name), 'damaged'.repeat(2_000));
    const message = expect.stringContaining(`cannot open ${join(folder, 'days', '2026-11-23.packed.duckdb')}: `);
    await expect(opened({})).rejects.toMatchObject({ code: 'STORE_UNREADABLE', message });
    expect(files()).toEqual(expect.arrayContaining(names));
  });

  it('are taken away in any form', async () => {
    const store = await openDuckDbStore({
      folder,
      archive: { packAfterDays: 1, parquetAfterDays: 3, ...ANY_SIZE },
      now: () => now,
      upkeepMs: 20,
    });
    await reached(store, ['parquet', 'packed', 'packed', 'live']);
    await store.close();
    const retained = await openDuckDbStore({
      folder,
      archive: {},
      retention: { days: 1 },
      now: () => now,
      upkeepMs: 20,
    });
    await reached(retained, ['packed', 'live']);
    expect((await retained.readEventsAfter(0, 100)).events).toEqual(EVENTS.slice(6));
    await retained.close();
    expect(files().map(name => name.slice(0, 10))).not.toContain('2026-11-23');
    expect(files().map(name => name.slice(0, 10))).not.toContain('2026-11-24');
  });

  it('are not looked into for gauge samples that came later', async () => {
    const store = await opened({ packAfterDays: 1, parquetAfterDays: 2 });
    await reached(store, ['parquet', 'parquet', 'packed', 'live']);
    for (const day of ['2026-11-23', '2026-11-24']) rmSync(join(folder, 'days', `${day}.gauges.parquet`));
    const later = [2, 3].map(day => TEN_O_CLOCK + day * DAY);
    expect(await store.readGauges(later[0]!, 100)).toEqual(later.map(time => ({ ...GAUGE, time, receivedAt: time })));
    await store.close();
  });

  it('are read while they are rewritten', async () => {
    const store = await opened({ packAfterDays: 1 });
    while (store.status().days.some(({ form }) => form === 'closed')) {
      const reads = await Promise.all([1, 2, 3].map(() => store.readEventsAfter(0, 100)));
      for (const { events } of reads) expect(events).toEqual(EVENTS);
    }
    await store.close();
  });
});

describe('the form that is due', () => {
  const archive = { packAfterDays: 2, parquetAfterDays: 30 };
  const due = (day: string, form: StoredDay['form']) =>
    dueForm({ day, form }, archive, Date.parse('2026-11-25T12:00:00Z'));
  it('follows the age of a closed day in whole days', () => {
    expect(due('2026-11-24', 'closed')).toBe(null);
    expect(due('2026-11-23', 'closed')).toBe('packed');
    expect(due('2026-11-23', 'packed')).toBe(null);
    expect(due('2026-10-26', 'closed')).toBe('parquet');
    expect(due('2026-10-26', 'packed')).toBe('parquet');
    expect(due('2026-10-26', 'parquet')).toBe(null);
    expect(dueForm({ day: '2026-10-26', form: 'closed' }, {}, Date.now())).toBe(null);
  });
});
