import type { CloseEvent } from '../close-event.ts';
import { instant } from '../column-type.ts';
import { COLUMNS } from '../columns.ts';
import type { CloseQuery, EventPage } from '../store.ts';
import type { ReadSession } from './session.ts';

const FIELDS = COLUMNS.map(column => `${column.type.fromTable(column.name)} AS "${column.field}"`).join(', ');

/** Sequences have no gaps, so a page is a range of them, and costs the same wherever it lies. */
const READ_AFTER = `SELECT ${FIELDS} FROM close_events
  WHERE sequence > $after::BIGINT AND sequence <= $last::BIGINT ORDER BY sequence`;

export async function readEventsAfter(session: ReadSession, after: number, limit: number): Promise<EventPage> {
  const events = await session.rows<CloseEvent>(READ_AFTER, { after, last: after + limit });
  return { events, sequence: after + events.length };
}

/** The rule of `isPayloadBug`, in SQL. */
const IS_PAYLOAD_BUG = `(code = 1007 OR payload_defect IS NOT NULL) AND payload_defect IS DISTINCT FROM 'application'`;

const READ_CLOSES = `SELECT ${FIELDS} FROM close_events
  WHERE kind = 'close' AND time >= ${instant.toTable('$from')} AND time < ${instant.toTable('$to')}
    AND ($service IS NULL OR service = $service) AND ($environment IS NULL OR environment = $environment)
    AND (NOT $payloadBugsOnly OR (${IS_PAYLOAD_BUG}))
  ORDER BY time DESC, sequence DESC LIMIT $limit::BIGINT`;

export function readCloses(session: ReadSession, query: CloseQuery): Promise<CloseEvent[]> {
  const { from, to, limit, service = null, environment = null, payloadBugsOnly = false } = query;
  return session.rows<CloseEvent>(READ_CLOSES, { from, to, limit, service, environment, payloadBugsOnly });
}
