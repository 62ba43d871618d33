import type { CloseEvent } from '../close-event.ts';
import type { ColumnType } from '../column-type.ts';
import { COLUMNS, type Column } from '../columns.ts';

/** What a column's bytes in a table are: how they are filled, read, and declared. */
type Physical = 'uuid' | 'ubigint' | 'varchar' | 'enum' | 'boolean' | 'usmallint' | 'bigint' | 'double' | 'timestamp';

/** One column of the table `close_events`. */
export interface TableColumn {
  name: string;
  physical: Physical;
  /** The type in DDL. */
  sql: string;
  /** The column of a batch that fills it. A `key` fills two: the id as a number, and beside it the text where it is none. */
  column: Column;
}

/**
 * The columns after `sequence`, in the order of COLUMNS. `sequence` counts rows over all days, without gaps but for rows that
 * were lost; what a row says nothing of is null, but for `weight`, `clamped` and `trusted`, which are always there. Of `started_at`, `ended_at` and
 * `time` two are mostly equal: `time` is always there, the others are null where they equal it. `linked_span_id` is null where it
 * equals `connection_id` and `linked_trace_id` is there.
 */
export const TABLE_COLUMNS: readonly TableColumn[] = COLUMNS.flatMap(column => {
  const own = tableColumn(column.name, physicalOf(column.type), column);
  return column.type.storage === 'key' ? [own, tableColumn(`${column.name}_text`, 'varchar', column)] : [own];
});

function tableColumn(name: string, physical: Physical, column: Column): TableColumn {
  const names = column.type.names?.map(text => `'${text}'`).join(', ');
  return { name, physical, sql: physical === 'enum' ? `ENUM(${names})` : physical.toUpperCase(), column };
}

function physicalOf(type: ColumnType<unknown>): Physical {
  switch (type.storage) {
    case 'id16':
      return 'uuid';
    case 'id8':
    case 'key':
      return 'ubigint';
    case 'text':
      return 'varchar';
    case 'choice':
      return 'enum';
    case 'flag':
      return 'boolean';
    case 'instant':
      return 'timestamp';
    case 'number':
      return type.numbers === 'uint16' ? 'usmallint' : type.numbers === 'count' ? 'bigint' : 'double';
  }
}

/** The declaration of the table, after its name. */
export const EVENT_TABLE = `(sequence BIGINT NOT NULL, ${TABLE_COLUMNS.map(({ name, sql }) => `${name} ${sql}`).join(', ')})`;

/** The names of all columns. */
export const EVENT_COLUMNS = `sequence, ${TABLE_COLUMNS.map(({ name }) => name).join(', ')}`;

/** Some fields of rows: what a SELECT names, and what its result is made of. */
export interface EventSelection {
  columns: readonly TableColumn[];
  /** What the SELECT names, `sequence` first. What the table leaves out because another column has it is put back. */
  sql: string;
  /** The types of that. */
  types: readonly string[];
}

/** These fields, in the order of the table. */
export function selectionOf(fields: readonly (keyof CloseEvent)[]): EventSelection {
  const wanted = new Set(fields);
  const columns = TABLE_COLUMNS.filter(({ column }) => wanted.has(column.field));
  return {
    columns,
    sql: ['sequence', ...columns.map(({ name }) => WHOLE[name] ?? name)].join(', '),
    types: ['BIGINT', ...columns.map(({ sql }) => sql)],
  };
}

/** SQL of the columns that are null where another one has their value. */
const WHOLE: Partial<Record<string, string>> = {
  started_at: 'coalesce(started_at, time) AS started_at',
  ended_at: 'coalesce(ended_at, time) AS ended_at',
  linked_span_id:
    'CASE WHEN linked_trace_id IS NULL THEN linked_span_id ELSE coalesce(linked_span_id, connection_id) END AS linked_span_id',
};

/** Whole rows. */
export const ALL_FIELDS: EventSelection = selectionOf(COLUMNS.map(({ field }) => field));
