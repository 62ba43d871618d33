import type { CohortField } from '../window-query.ts';
import { countedExpression } from './counted-fields.ts';
import type { Day } from './day.ts';
import type { CataloguedDay } from './day-catalogue.ts';
import { NO_PARTS, relationOf } from './day-relation.ts';
import type { FileSession } from './file-session.ts';
import type { ReadSession, WriteSession } from './session.ts';

/** Length of a bin of the rollup. Milliseconds. */
export const MINUTE_MS = 60_000;

/** What a closed day's closes are counted by beside the minute, and the type of its column. */
const ROLLED_FIELDS = {
  service: 'VARCHAR',
  environment: 'VARCHAR',
  serviceVersion: 'VARCHAR',
  role: 'VARCHAR',
  code: 'USMALLINT',
  payloadBug: 'BOOLEAN',
} as const satisfies { [Field in CohortField]?: string };
type RolledField = keyof typeof ROLLED_FIELDS;
const FIELDS = Object.keys(ROLLED_FIELDS) as RolledField[];

/** True where the rollup has a field. */
export function isRolledField(field: CohortField): field is RolledField {
  return Object.hasOwn(ROLLED_FIELDS, field);
}

/** SQL of a field, over the rollup. */
export function rolledExpression(field: CohortField): string {
  return field.replace(/[A-Z]/g, capital => `_${capital.toLowerCase()}`);
}

/**
 * Tables of the main file: closes of closed days by minute, and which days these are. A day's rows are counted by the minute
 * of their event time, which late ones have on a day before.
 */
export const CREATE_ROLLUP = [
  `CREATE TABLE close_minutes (day VARCHAR NOT NULL, minute TIMESTAMP NOT NULL,
    ${FIELDS.map(field => `${rolledExpression(field)} ${ROLLED_FIELDS[field]}`).join(', ')}, rows DOUBLE, closes DOUBLE)`,
  'CREATE TABLE rolled_up_days (day VARCHAR NOT NULL, last_sequence DOUBLE NOT NULL)',
];

/** Days that are rolled up, and the last sequence that was counted of each. */
export type RolledUpDays = ReadonlyMap<Day, number>;

/** True where a rollup has all closes of a day: one that took rows since then is not rolled up any more. */
export function isRolledUp({ day, form, lastSequence }: CataloguedDay, days: RolledUpDays): boolean {
  return form !== 'live' && days.get(day) === lastSequence;
}

export async function readRolledUpDays(session: ReadSession): Promise<RolledUpDays> {
  const days = await session.rows<{ day: Day; lastSequence: number }>(
    'SELECT day, last_sequence AS "lastSequence" FROM rolled_up_days',
  );
  return new Map(days.map(({ day, lastSequence }) => [day, lastSequence]));
}

/** What was counted of a day until it is kept: in DuckDB's memory, where every connection finds it. */
const COUNTED = 'memory.counted_minutes';

/** Counts a closed day's closes by minute, beside the transactions: it takes seconds where there are millions. */
export async function countDay(files: FileSession, stored: CataloguedDay): Promise<void> {
  const values = FIELDS.map(countedExpression).join(', ');
  await files.run(
    `CREATE OR REPLACE TABLE ${COUNTED} AS
      SELECT '${stored.day}' AS day, date_trunc('minute', time) AS minute, ${values}, count(*), sum(weight)
      FROM ${relationOf(stored, NO_PARTS)} WHERE kind = 'close' GROUP BY ALL ORDER BY minute`,
  );
}

/** Keeps what was counted of a day, in one transaction of the main file; again, in place of what was kept before. */
export async function keepCounts(session: WriteSession, { day, lastSequence }: CataloguedDay): Promise<void> {
  await forgetRollup(session, day);
  await session.run(`INSERT INTO close_minutes FROM ${COUNTED}`);
  await session.run('INSERT INTO rolled_up_days VALUES ($day, $lastSequence)', { day, lastSequence });
}

/** Lets the memory go that the counts took. */
export function dropCounts(files: FileSession): Promise<void> {
  return files.run(`DROP TABLE IF EXISTS ${COUNTED}`);
}

/** Forgets what was counted of a day. */
export async function forgetRollup(session: WriteSession, day: Day): Promise<void> {
  await session.run('DELETE FROM close_minutes WHERE day = $day', { day });
  await session.run('DELETE FROM rolled_up_days WHERE day = $day', { day });
}
