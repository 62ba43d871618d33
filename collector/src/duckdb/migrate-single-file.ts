import type { Day } from './day.ts';
import type { DayFiles } from './day-files.ts';
import { EVENT_COLUMNS, TABLE_COLUMNS, type TableColumn } from './event-table.ts';
import type { FileSession } from './file-session.ts';
import { CREATE_ROLLUP } from './rollup.ts';
import { CREATE_SILENCES } from './silences.ts';

/** Rows of one day of receipt: those after `begunAfter`, up to `last`. */
interface DayOfRows {
  day: Day;
  begunAfter: number;
  last: number;
}

/**
 * From version 1 of the main file, which had the rows of all days in it, to version 2: a file a day. Each day's file gets its name when it
 * is whole, and the rows go from the main file when all days have theirs, in one transaction: cut short at any point it is done over again
 * from the start, and comes to the same.
 */
export async function migrateSingleFile(files: FileSession, days: DayFiles): Promise<void> {
  const columns = new Set(
    (
      await files.rows<{ name: string }>(`SELECT column_name AS name FROM duckdb_columns()
      WHERE database_name = current_database() AND table_name = 'close_events'`)
    ).map(({ name }) => name),
  );
  const values = TABLE_COLUMNS.map(column => oldValue(column, columns)).join(', ');
  for (const { day, begunAfter, last } of await daysOfRows(files)) {
    await days.make(files, day, begunAfter, async catalog => {
      await files.run(`INSERT INTO "${catalog}".close_events (${EVENT_COLUMNS})
        SELECT sequence, ${values} FROM close_events WHERE sequence > ${begunAfter} AND sequence <= ${last} ORDER BY sequence`);
    });
  }
  await files.run('BEGIN');
  for (const statement of ['DROP TABLE close_events', CREATE_SILENCES, ...CREATE_ROLLUP]) await files.run(statement);
  await files.run('UPDATE schema_version SET version = 2');
  await files.run('COMMIT');
}

/** A row that came before one of the next day, by its sequence, stays with its day although its own receipt says otherwise. */
async function daysOfRows(files: FileSession): Promise<DayOfRows[]> {
  const found = await files.rows<{ day: Day; first: number; last: number }>(
    `SELECT strftime(received_at, '%Y-%m-%d') AS day, min(sequence)::DOUBLE AS first, max(sequence)::DOUBLE AS last
    FROM close_events GROUP BY day ORDER BY day`,
  );
  const latest = Math.max(0, ...found.map(({ last }) => last));
  const days: DayOfRows[] = [];
  let next = latest + 1;
  for (const { day, first } of found.toReversed()) {
    if (first >= next) continue;
    days.unshift({ day, begunAfter: first - 1, last: next - 1 });
    next = first;
  }
  return days;
}

/** What a column holds of a row of version 1, whose ids and choices were texts and whose times were all there. */
function oldValue({ name, physical, sql, column }: TableColumn, columns: ReadonlySet<string>): string {
  if (!columns.has(column.name)) return column.absent === null ? 'NULL' : `${column.absent}::${sql}`;
  const isId = `(regexp_full_match(${column.name}, '[0-9a-f]{16}') AND ${column.name} <> '0000000000000000')`;
  if (column.type.storage === 'key' && physical === 'ubigint') {
    return `CASE WHEN ${isId} THEN ('0x' || ${column.name})::UBIGINT END`;
  }
  if (column.type.storage === 'key') return `CASE WHEN NOT ${isId} THEN ${column.name} END`;
  if (name === 'started_at' || name === 'ended_at') return `nullif(${name}, time)`;
  return `${name}::${sql}`;
}
