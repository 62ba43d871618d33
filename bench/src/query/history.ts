import { copyFileSync, linkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type CloseEvent, EventBatch, openDuckDbStore, type Store } from '@closewatch/collector';
import { DuckDBInstance } from '@duckdb/node-api';
import { type DayShape, dayRows } from './day-rows.ts';

/** Days of the whole history. */
export const DAYS = 30;
export const DAY_MS = 86_400_000;
/** The history's last day. */
const LAST_DAY = Date.parse('2026-11-25');
/** When all of it has come: the clock of every store that is opened on it. */
export const END = LAST_DAY + DAY_MS - 1;

export type Archive = NonNullable<Parameters<typeof openDuckDbStore>[0]['archive']>;

/**
 * Fills the day files of a folder: the store itself makes them, a day a day, and their rows are inserted in bulk by the names of their
 * columns, as appending 100 million of them would take an hour.
 */
export async function makeHistory(
  folder: string,
  shape: Pick<DayShape, 'seed' | 'withConnects'>,
  closes: number,
): Promise<void> {
  await makeDayFiles(folder);
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: '2GB',
    temp_directory: join(folder, 'tmp'),
  });
  const connection = await instance.connect();
  const perDay = Math.floor(closes / DAYS);
  const rowsPerDay = perDay * (shape.withConnects ? 2 : 1);
  for (let day = 0; day < DAYS; day++) {
    const begins = beginOf(day);
    const firstSequence = day * rowsPerDay + 1;
    await connection.run(`ATTACH '${fileOf(folder, day)}' AS day`);
    await connection.run('DELETE FROM day.close_events');
    await connection.run(`UPDATE day.day_file SET begun_after = ${firstSequence - 1}`);
    const rows = dayRows({ ...shape, day, begins, closes: perDay, firstSequence });
    await connection.run(`INSERT INTO day.close_events BY NAME ${rows}`);
    await connection.run('DETACH day');
  }
  connection.closeSync();
  instance.closeSync();
}

/** Begin of a day of the history, from 0. Epoch milliseconds. */
function beginOf(day: number): number {
  return LAST_DAY - (DAYS - 1 - day) * DAY_MS;
}

function fileOf(folder: string, day: number): string {
  return join(folder, 'days', `${new Date(beginOf(day)).toISOString().slice(0, 10)}.duckdb`);
}

async function makeDayFiles(folder: string): Promise<void> {
  let now = 0;
  const store = await openDuckDbStore({ folder, archive: {}, now: () => now });
  for (let day = 0; day < DAYS; day++) {
    now = beginOf(day);
    await store.appendEvents(EventBatch.of([placeholder(day)]));
  }
  await store.close();
}

/** Any row: the store makes a day's file when one comes. */
function placeholder(day: number): CloseEvent {
  const serial = (day + 1).toString(16);
  const at = beginOf(day);
  const fields: Partial<CloseEvent> = {
    kind: 'close',
    startedAt: at,
    endedAt: at,
    time: at,
    receivedAt: at,
    failed: false,
  };
  const ids = { traceId: serial.padStart(32, '0'), spanId: serial.padStart(16, '0') };
  const blank = new EventBatch();
  blank.addRow();
  return {
    ...blank.eventAt(0),
    ...fields,
    ...ids,
    weight: 1,
    clamped: false,
    trusted: true,
    service: 'gateway',
    role: 'server',
  };
}

/** A folder with the last `days` days of another one; closed ones are shared, as nothing changes them. */
export function lastDays(from: string, to: string, days: number): void {
  mkdirSync(join(to, 'days'), { recursive: true, mode: 0o700 });
  for (let day = DAYS - days; day < DAYS; day++) {
    if (day === DAYS - 1) copyFileSync(fileOf(from, day), fileOf(to, day));
    else linkSync(fileOf(from, day), fileOf(to, day));
  }
}

/** Opens a history at its end or later, with its days in the forms that are due by then. */
export async function openHistory(folder: string, archive: Archive, now = END): Promise<Store> {
  const store = await openDuckDbStore({ folder, archive, now: () => now, upkeepMs: 100 });
  const { packAfterDays = Number.POSITIVE_INFINITY, parquetAfterDays = Number.POSITIVE_INFINITY } = archive;
  const isDue = ({ day, form }: { day: string; form: string }) => {
    const age = Math.floor(now / DAY_MS) - Date.parse(day) / DAY_MS;
    if (age >= parquetAfterDays) return form !== 'parquet';
    return age >= packAfterDays && form === 'closed';
  };
  while (store.status().days.some(isDue)) await setTimeout(50);
  return store;
}
