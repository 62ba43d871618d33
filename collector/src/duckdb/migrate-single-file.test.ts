import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { makeSingleFileStore } from '../testdata/single-file-store.ts';
import { openDuckDbStore } from './open-duckdb-store.ts';

const DAY_MS = 86_400_000;

it('takes over the rows of a store of version 1, a file a day, and all else that it had', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
  const from = Date.parse('2026-11-22T23:59:59.500Z');
  await makeSingleFileStore(folder, 10, from);
  const store = await openDuckDbStore({ folder, now: () => TEN_O_CLOCK + DAY_MS });
  expect(readdirSync(join(folder, 'days')).filter(name => name.endsWith('.duckdb'))).toEqual([
    '2026-11-22.duckdb',
    '2026-11-23.duckdb',
  ]);
  const expected = Array.from({ length: 10 }, (_, row) =>
    closeEvent(row, {
      startedAt: from + row * 100,
      connectionId: row % 2 === 0 ? '00e19b7ec3c1b170' : 'socket 7',
    }),
  );
  expect(await store.readEventsAfter(0, 100)).toEqual({ events: expected, sequence: 10 });
  expect(await store.readDeploys(0, TEN_O_CLOCK)).toMatchObject([{ id: 'd1', version: '1.8.2' }]);
  expect(await store.readSilences()).toEqual([]);
  const { days, ...status } = store.status();
  expect(status).toMatchObject({ lostRows: 0, sequence: 10 });
  // Today's day may have begun, empty.
  expect(days.filter(day => day.rows > 0)).toMatchObject([{ rows: 5 }, { rows: 5 }]);
  await store.close();
  rmSync(folder, { recursive: true });
});
