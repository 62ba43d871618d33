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

/** Every column, as a SELECT that `eventsFromChunk` reads has to name them. */
export const EVENT_COLUMNS = `sequence, ${TABLE_COLUMNS.map(({ name }) => name).join(', ')}`;
