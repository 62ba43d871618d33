import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import { APPEND_ROWS } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { Database } from './database.ts';
import { DayCatalogue } from './day-catalogue.ts';
import { DayFiles } from './day-files.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';
import { Rewriting } from './rewriting.ts';

const DAY = 24 * 3_600_000;
const [SMALL, LARGE, TODAY] = ['2026-11-23', '2026-11-24', '2026-11-25'];
const now = () => TEN_O_CLOCK + 2 * DAY;

const idOf = (name: string) => createHash('md5').update(name).digest('hex');

/** The connect row and the close of a connection, with ids that don't compress, as real ones don't. */
function connection(serial: number): CloseEvent[] {
  const [traceId, connectionId] = [idOf(`trace ${serial}`), idOf(`connection ${serial}`).slice(16)];
  const ids = { connectionId, clientId: `client-${serial}` };
  return [
    closeEvent(serial, { ...ids, kind: 'connect', traceId, spanId: connectionId }),
    closeEvent(serial, {
      ...ids,
      traceId: idOf(`close ${serial}`),
      linkedTraceId: traceId,
      linkedSpanId: connectionId,
    }),
  ];
}

describe('closed days that are due to be rewritten', () => {
  let folder: string;
  let database: Database;
  let catalogue: DayCatalogue;
  let days: DayFiles;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    let time = TEN_O_CLOCK;
    const store = await openDuckDbStore({ folder, archive: {}, now: () => time });
    for (const [begin, end] of [
      [0, 1],
      [1, 1 + APPEND_ROWS],
      [1 + APPEND_ROWS, 2 + APPEND_ROWS],
    ] as const) {
      const serials = Array.from({ length: end - begin }, (_, index) => begin + index);
      await store.appendEvents(EventBatch.of(serials.flatMap(connection)));
      time += DAY;
    }
    await store.close();
    database = await Database.open(folder, { memoryLimit: '256MB', checkpointBytes: 1 << 24 });
    catalogue = new DayCatalogue();
    days = new DayFiles(database, catalogue);
    await days.open(TODAY);
  });
  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });
  const files = () => readdirSync(join(folder, 'days')).filter(name => !name.endsWith('.wal'));

  it('are packed where that makes them smaller, and otherwise stay as they are and are not tried again', async () => {
    const log = { expectRoom: () => undefined };
    const rewriting = new Rewriting({ catalogue, days, log, archive: { packAfterDays: 1 }, now });
    const rewrite = vi.spyOn(days, 'rewrite');
    const before = days.bytesOf(catalogue.days[1]!);
    for (let round = 0; round < 3; round++) await rewriting.rewriteDueDays();
    expect(rewrite.mock.calls.map(([{ day }, form]) => [day, form])).toEqual([
      [SMALL, 'packed'],
      [LARGE, 'packed'],
    ]);
    expect(catalogue.days.map(({ form }) => form)).toEqual(['closed', 'packed', 'live']);
    expect(days.bytesOf(catalogue.days[1]!)).toBeLessThan(before);
    expect(files()).toEqual([`${SMALL}.duckdb`, `${LARGE}.packed.duckdb`, `${TODAY}.duckdb`]);
  });

  it.each(['packed', 'parquet'] as const)(
    'as %s, are gone for good where they are taken away meanwhile',
    async form => {
      const rewritten = days.rewrite(catalogue.days[1]!, form);
      await expect.poll(() => files().some(name => name.endsWith('.new')), { interval: 1 }).toBe(true);
      await days.remove(LARGE);
      await rewritten;
      expect(catalogue.days.map(({ day }) => day)).toEqual([SMALL, TODAY]);
      expect(files()).toEqual([`${SMALL}.duckdb`, `${TODAY}.duckdb`]);
    },
  );

  it('are gone for good where they are taken away before, and when the other form is whole', async () => {
    const [small, large] = catalogue.days;
    await days.remove(SMALL);
    await days.rewrite(small!, 'packed');

    const withFiles = database.withFiles.bind(database);
    const removed = Promise.withResolvers<void>();
    vi.spyOn(database, 'withFiles').mockImplementationOnce(change => {
      removed.resolve(days.remove(LARGE));
      return withFiles(change);
    });
    await days.rewrite(large!, 'packed');
    await removed.promise;
    expect(catalogue.days.map(({ day }) => day)).toEqual([TODAY]);
    expect(files()).toEqual([`${TODAY}.duckdb`]);
  });

  it('leave nothing of a rewriting that the process did not live to finish, though the day is gone', async () => {
    await database.close();
    for (const end of ['packed.duckdb.new', 'packed.duckdb.new.wal', 'parquet.new'])
      writeFileSync(join(folder, 'days', `2026-11-20.${end}`), 'half a file');
    const store = await openDuckDbStore({ folder, archive: {}, now });
    expect(files()).toEqual([`${SMALL}.duckdb`, `${LARGE}.duckdb`, `${TODAY}.duckdb`]);
    expect(readdirSync(join(folder, 'days')).join()).not.toContain('.new');
    await store.close();
  });
});
