import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { Database } from './database.ts';
import { DayCatalogue } from './day-catalogue.ts';
import { DayFiles } from './day-files.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';
import { Rollups } from './rollups.ts';

let folder: string;
let database: Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
  const store = await openDuckDbStore({ folder, archive: {}, now: () => TEN_O_CLOCK });
  await store.appendEvents(EventBatch.of([closeEvent(1), closeEvent(2, { code: 1012 }), closeEvent(3)]));
  await store.close();
  database = await Database.open(folder, { memoryLimit: '256MB', checkpointBytes: 1 << 24 });
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

it('a closed day is counted beside the transactions, which only keep the counts: commits need not wait for it', async () => {
  const catalogue = new DayCatalogue();
  await new DayFiles(database, catalogue).open('2026-11-24');
  const statements: string[] = [];
  const withWrite = database.withWrite.bind(database);
  vi.spyOn(database, 'withWrite').mockImplementation((write, committed) =>
    withWrite(session => {
      const run: typeof session.run = (sql, parameters) => {
        statements.push(sql);
        return session.run(sql, parameters);
      };
      return write({ ...session, run });
    }, committed),
  );
  const rollups = new Rollups(database, catalogue);
  await rollups.open();
  await rollups.rollUpClosedDays();
  expect(rollups.days).toEqual(new Map([['2026-11-23', 3]]));
  const kept = database.withRead(session =>
    session.rows('SELECT day, code, rows, closes FROM close_minutes ORDER BY code'),
  );
  expect(await kept).toEqual([
    { day: '2026-11-23', code: 1000, rows: 2, closes: 2 },
    { day: '2026-11-23', code: 1012, rows: 1, closes: 1 },
  ]);
  expect(statements.length).toBeGreaterThan(0);
  expect(statements.filter(sql => sql.includes('close_events'))).toEqual([]);
  const left = database.withRead(session =>
    session.rows("SELECT table_name FROM duckdb_tables() WHERE database_name = 'memory'"),
  );
  expect(await left).toEqual([]);
});
