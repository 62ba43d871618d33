import { connectionFilterStatement } from './connection-filter.ts';
import { TABLE_COLUMNS, type TableColumn } from './event-table.ts';

/** Past this many seconds (285,000 years), a length is kept as that: 64 bits of microseconds hold no more. */
const MOST_SECONDS = 9e12;

/**
 * Packs a closed day: rows as in `close_events`, in two thirds of the space. What makes the difference, measured on 3.3 million closes:
 *
 * - a client id is a number, and its text stands once a day in `clients` (8 bytes a row)
 * - a link's trace is left out where it is that of a connect row of the same day (16 bytes a row), and found there again
 * - of a span's two times one is `time`, and the other is kept as the span's length (2 bytes a row)
 * - seconds are counted in microseconds, to which they are rounded (4 bytes a row)
 *
 * `client_rows` has the places of each client's rows, by client: what finds a client's story without a scan (3 bytes a row). `connection_words` says
 * which connections a day does not have (1.5 bytes a connection).
 *
 * Statements that fill an empty attached file with a closed day of another one, on one connection. What a row gets from other rows is joined
 * in a narrow table first and put beside the rows by position: a join of the whole rows would not keep their order, and they are
 * found by it.
 */
export function packStatements(from: string, to: string): string[] {
  return [
    `CREATE TABLE "${to}".clients AS SELECT row_number() OVER (ORDER BY client_id)::UINTEGER AS client, client_id
      FROM (SELECT DISTINCT client_id FROM "${from}".close_events WHERE client_id IS NOT NULL) ORDER BY client`,
    `CREATE OR REPLACE TEMP TABLE joined_parts AS
      WITH connects AS (SELECT connection_id, any_value(trace_id) AS trace_id FROM "${from}".close_events
        WHERE kind = 'connect' AND connection_id IS NOT NULL GROUP BY connection_id HAVING count(*) = 1)
      SELECT c.client, e.kind = 'connect' AND l.connection_id IS NOT NULL AS is_link_source,
        coalesce(e.kind <> 'connect' AND e.linked_trace_id = l.trace_id, false) AS link_is_known
      FROM "${from}".close_events e
        LEFT JOIN "${to}".clients c ON c.client_id = e.client_id LEFT JOIN connects l ON l.connection_id = e.connection_id
      ORDER BY e.rowid`,
    `CREATE TABLE "${to}".packed_events AS SELECT e.sequence, ${TABLE_COLUMNS.map(packed).join(', ')}, p.is_link_source, p.link_is_known
      FROM "${from}".close_events e POSITIONAL JOIN joined_parts p`,
    'DROP TABLE joined_parts',
    `CREATE TABLE "${to}".client_rows AS SELECT client, rowid::UINTEGER AS place FROM "${to}".packed_events
      WHERE client IS NOT NULL ORDER BY client, place`,
    connectionFilterStatement(to),
    `CREATE TABLE "${to}".gauge_samples AS FROM "${from}".gauge_samples`,
    `CREATE TABLE "${to}".day_file AS FROM "${from}".day_file`,
  ];
}

function packed({ name, column }: TableColumn): string {
  if (name === 'client_id') return 'p.client';
  if (name === 'linked_trace_id') return `CASE WHEN NOT p.link_is_known THEN e.linked_trace_id END AS linked_trace_id`;
  if (name === 'started_at') {
    return `CASE WHEN e.ended_at IS NOT NULL THEN epoch_us(e.time) - epoch_us(e.started_at) END AS started_before,
      e.ended_at IS NULL AND e.started_at IS NOT NULL AS is_at_end`;
  }
  if (name === 'ended_at')
    return 'epoch_us(coalesce(e.ended_at, e.time)) - epoch_us(coalesce(e.started_at, e.time)) AS length';
  if (isSeconds(column))
    return `round(CASE WHEN e.${name} > ${MOST_SECONDS} THEN ${MOST_SECONDS} ELSE e.${name} END * 1e6)::BIGINT AS ${name}`;
  return `e.${name}`;
}

/** Which parts of a row a reader wants that lie elsewhere in an archived day: what it does not name costs nothing, and may be null. */
export interface RowParts {
  clientIds: boolean;
  links: boolean;
}

/** The rows of a packed day, as those of `close_events`; `condition` is on the packed rows. */
export function packedRelation(catalog: string, { clientIds, links }: RowParts, condition = 'true'): string {
  const columns = TABLE_COLUMNS.map(column => unpacked(column, { clientIds, links }));
  return `(SELECT p.sequence, ${columns.join(', ')} FROM (SELECT * FROM "${catalog}".packed_events WHERE ${condition}) p
    ${clientIds ? `LEFT JOIN "${catalog}".clients c ON c.client = p.client` : ''}
    ${links ? `LEFT JOIN "${catalog}".packed_events l ON p.link_is_known AND l.is_link_source AND l.connection_id = p.connection_id` : ''})`;
}

/** SQL on packed rows: those of the client whose id the parameter `id` is. */
export function isOfClient(catalog: string): string {
  return `rowid IN (SELECT place::BIGINT FROM "${catalog}".client_rows
    WHERE client = (SELECT client FROM "${catalog}".clients WHERE client_id = $id))`;
}

function unpacked({ name, column, sql }: TableColumn, { clientIds, links }: RowParts): string {
  if (name === 'client_id') return `${clientIds ? 'c.client_id' : 'NULL::VARCHAR'} AS client_id`;
  if (name === 'linked_trace_id')
    return `${links ? 'coalesce(p.linked_trace_id, l.trace_id)' : 'p.linked_trace_id'} AS ${name}`;
  if (name === 'started_at') {
    return `p.time - to_microseconds(coalesce(p.started_before, CASE WHEN p.is_at_end THEN p.length END)) AS ${name}`;
  }
  if (name === 'ended_at') {
    return `p.time + to_microseconds(p.length - coalesce(p.started_before, CASE WHEN p.is_at_end THEN p.length ELSE 0 END)) AS ${name}`;
  }
  if (isSeconds(column)) return `(p.${name} / 1e6)::${sql} AS ${name}`;
  return `p.${name}`;
}

function isSeconds({ type }: TableColumn['column']): boolean {
  return type.storage === 'number' && type.numbers === 'seconds';
}
