import type { ColumnType } from '../column-type.ts';
import type { DayFile } from './day-schema.ts';
import { TABLE_COLUMNS, type TableColumn } from './event-table.ts';
import { quoted } from './quoted.ts';
import type { ReadSession } from './session.ts';

/** Values that are no more than this are kept to the microsecond; an emitter may send longer times, and they are kept as this. Seconds. */
const MOST_SECONDS = 999_999_999_999; // 31,688 years

/**
 * Row groups and dictionaries in which the texts that repeat fit: with DuckDB's own 122,880 rows and smaller dictionaries the file is half as large again.
 * DuckDB takes room for a dictionary of this size a column and a thread, so that twice as large ones need more than the memory that it has.
 */
export const COPY_OPTIONS = `FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 524288, DICTIONARY_SIZE_LIMIT 65536`;

/** A day's rows: whole ones in any order, and without the parts that lie elsewhere in the order in which they are stored. */
export interface DayRows {
  whole: string;
  inOrder: string;
}

/**
 * Statements that write a day as a Parquet file that any tool reads, on one connection: ids are texts as they are on the wire, times are
 * timestamps, choices are texts. As in the table, `started_at` or `ended_at` is null where it equals `time`, and `linked_span_id` where it equals
 * `connection_id`; of a row that `is_linked`, `linked_trace_id` is null where it is the `trace_id` of the one row with kind `connect` and the same
 * `connection_id` in the same file. Seconds are rounded to microseconds. What comes of a join is put beside the rows by position, as a
 * join of whole rows would have to be sorted.
 */
export function parquetStatements(
  { whole, inOrder }: DayRows,
  path: string,
  { version, begunAfter }: DayFile,
): string[] {
  return [
    `CREATE OR REPLACE TEMP TABLE joined_parts AS
      WITH rows AS (SELECT sequence, kind, client_id, connection_id, trace_id, linked_trace_id FROM ${whole} e), connects AS (
        SELECT connection_id, any_value(trace_id) AS trace_id FROM rows
        WHERE kind = 'connect' AND connection_id IS NOT NULL GROUP BY connection_id HAVING count(*) = 1)
      SELECT r.client_id, r.linked_trace_id IS NOT NULL AS is_linked,
        coalesce(r.kind <> 'connect' AND r.linked_trace_id = l.trace_id, false) AS link_is_known
      FROM rows r LEFT JOIN connects l ON l.connection_id = r.connection_id ORDER BY r.sequence`,
    `COPY (SELECT e.sequence, ${PLAIN_COLUMNS.map(column => besideRow(column) ?? plain(column)).join(', ')}, p.is_linked FROM ${inOrder} e POSITIONAL JOIN joined_parts p)
      TO ${quoted(path)} (${COPY_OPTIONS}, KV_METADATA {version: '${version}', begun_after: '${begunAfter}'})`,
    'DROP TABLE joined_parts',
  ];
}

/** What such a file says of itself. */
export async function readParquetDayFile(session: ReadSession, path: string): Promise<DayFile> {
  const entries = await session.rows<{ key: string; value: number }>(
    `SELECT decode(key) AS key, try_cast(decode(value) AS DOUBLE) AS value FROM parquet_kv_metadata(${quoted(path)})`,
  );
  const numberOf = (key: string) => entries.find(entry => entry.key === key)?.value ?? 0;
  return { version: numberOf('version'), begunAfter: numberOf('begun_after') };
}

/** A connection id is one text. */
const PLAIN_COLUMNS = TABLE_COLUMNS.filter(({ physical, column }) => !isKeyText(physical, column.type));

/** The rows of `close_events` with plain texts; nothing of a link is left out. */
export function plainRows(relation: string, condition: string): string {
  return `SELECT e.sequence, ${PLAIN_COLUMNS.map(plain).join(', ')}, e.linked_trace_id IS NOT NULL AS is_linked
    FROM ${relation} e WHERE ${condition}`;
}

/** Columns that are joined first. */
function besideRow({ name }: TableColumn): string | null {
  if (name === 'client_id') return 'p.client_id';
  if (name !== 'linked_trace_id') return null;
  return `CASE WHEN NOT p.link_is_known THEN ${hexOfUuid(`e.${name}`)} END AS ${name}`;
}

function plain({ name, physical, column }: TableColumn): string {
  if (column.type.storage === 'key') return `coalesce(${hex(`e.${name}`)}, e.${name}_text) AS ${name}`;
  if (physical === 'uuid') return `${hexOfUuid(`e.${name}`)} AS ${name}`;
  if (physical === 'ubigint') return `${hex(`e.${name}`)} AS ${name}`;
  if (physical === 'enum') return `e.${name}::VARCHAR AS ${name}`;
  if (isSeconds(column.type))
    return `(CASE WHEN e.${name} > ${MOST_SECONDS} THEN ${MOST_SECONDS} ELSE e.${name} END)::DECIMAL(18, 6) AS ${name}`;
  return `e.${name}`;
}

/** The rows of such a file, as those of `close_events`. Without `links`, the traces of links that were left out stay so. */
export function parquetRelation(path: string, links: boolean): string {
  const file = `read_parquet(${quoted(path)})`;
  const columns = TABLE_COLUMNS.map(column => fromPlain(column, links));
  return `(SELECT p.sequence, ${columns.join(', ')} FROM ${file} p ${links ? `LEFT JOIN (${linkSources(file)}) l ON ${LINK}` : ''})`;
}

const LINK = 'p.is_linked AND p.linked_trace_id IS NULL AND l.connection_id = p.connection_id';

function linkSources(file: string): string {
  return `SELECT connection_id, any_value(trace_id) AS trace_id FROM ${file} WHERE kind = 'connect' AND connection_id IS NOT NULL
    GROUP BY connection_id HAVING count(*) = 1`;
}

function fromPlain({ name, physical, sql, column }: TableColumn, links: boolean): string {
  if (name === 'linked_trace_id')
    return `${links ? 'coalesce(p.linked_trace_id, l.trace_id)' : `p.${name}`}::UUID AS ${name}`;
  if (column.type.storage === 'key') {
    const plainName = name.replace(/_text$/, '');
    const isHex = `regexp_full_match(p.${plainName}, '[0-9a-f]{16}')`;
    return isKeyText(physical, column.type)
      ? `CASE WHEN NOT ${isHex} THEN p.${plainName} END AS ${name}`
      : `CASE WHEN ${isHex} THEN ('0x' || p.${name})::UBIGINT END AS ${name}`;
  }
  if (physical === 'ubigint') return `('0x' || p.${name})::UBIGINT AS ${name}`;
  return `p.${name}::${sql} AS ${name}`;
}

function isKeyText(physical: TableColumn['physical'], { storage }: ColumnType<unknown>): boolean {
  return storage === 'key' && physical === 'varchar';
}

function isSeconds({ storage, numbers }: ColumnType<unknown>): boolean {
  return storage === 'number' && numbers === 'seconds';
}

function hex(column: string): string {
  return `format('{:016x}', ${column})`;
}

function hexOfUuid(column: string): string {
  return `replace(${column}::VARCHAR, '-', '')`;
}
