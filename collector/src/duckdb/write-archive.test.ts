import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { Database } from './database.ts';
import type { CataloguedDay } from './day-catalogue.ts';
import type { ArchiveForm } from './day-form.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';
import { writeArchive } from './write-archive.ts';

const DAY = '2026-11-23';

describe('a closed day that is rewritten', () => {
  let folder: string;
  let days: string;
  let database: Database;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
    days = join(folder, 'days');
    const store = await openDuckDbStore({ folder, archive: {}, now: () => TEN_O_CLOCK });
    await store.appendEvents(EventBatch.of([closeEvent(1), closeEvent(2)]));
    await store.close();
    database = await Database.open(folder, { memoryLimit: '256MB', checkpointBytes: 1 << 24 });
    await database.withFiles(files => files.attach(join(days, `${DAY}.duckdb`), DAY));
  });
  afterEach(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  async function rewritten(form: ArchiveForm, facts: Partial<CataloguedDay> = {}, lessThan = Number.POSITIVE_INFINITY) {
    const times = { earliest: TEN_O_CLOCK, latest: TEN_O_CLOCK };
    const source = { day: DAY, form: 'closed' as const, file: join(days, `${DAY}.duckdb`), begunAfter: 0 };
    const stored = { ...source, ...times, rows: 2, firstSequence: 1, lastSequence: 2, ...facts };
    let isLess = false;
    await database.aside(async files => {
      isLess = await writeArchive(files, stored, form, days, lessThan);
    });
    return isLess;
  }

  it.each<[ArchiveForm, string]>([
    ['packed', `${DAY}.packed.duckdb`],
    ['parquet', `${DAY}.parquet`],
  ])(
    'as %s, gets its name when it has every row that is known, and leaves nothing where it has not',
    async (form, name) => {
      await expect(rewritten(form, { rows: 3 })).rejects.toThrow('expected 3 rows up to 2 in ');
      await expect(rewritten(form, { lastSequence: 3 })).rejects.toThrow('got 2 up to 2');
      expect(readdirSync(days)).toEqual([`${DAY}.duckdb`]);
      expect(await rewritten(form, {}, 1)).toBe(false);
      expect(readdirSync(days)).toEqual([`${DAY}.duckdb`]);
      expect(await rewritten(form)).toBe(true);
      expect(readdirSync(days)).toContain(name);
    },
  );
});
