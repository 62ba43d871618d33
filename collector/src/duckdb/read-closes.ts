import type { CloseEvent } from '../close-event.ts';
import type { CloseQuery } from '../store.ts';
import type { DayCatalogue } from './day-catalogue.ts';
import { unionOfDays } from './day-relation.ts';
import { EVENT_COLUMNS } from './event-table.ts';
import type { ReadSession } from './session.ts';
import { timestampFrom } from './timestamp.ts';

/** The rule of `isPayloadBug`, in SQL. */
const IS_PAYLOAD_BUG = `(code = 1007 OR payload_defect IS NOT NULL) AND payload_defect IS DISTINCT FROM 'application'`;

const IS_WANTED = `kind = 'close' AND time >= ${timestampFrom('$from')} AND time < ${timestampFrom('$to')}
  AND ($service IS NULL OR service = $service) AND ($environment IS NULL OR environment = $environment)
  AND (NOT $payloadBugsOnly OR (${IS_PAYLOAD_BUG}))`;

export async function readCloses(
  session: ReadSession,
  catalogue: DayCatalogue,
  query: CloseQuery,
): Promise<CloseEvent[]> {
  const { from, to, limit, service = null, environment = null, payloadBugsOnly = false } = query;
  const days = catalogue.overlapping(from, to);
  if (days.length === 0) return [];
  const closes = unionOfDays(days, relation => `SELECT ${EVENT_COLUMNS} FROM ${relation} WHERE ${IS_WANTED}`);
  const { events } = await session.events(
    `SELECT ${EVENT_COLUMNS} FROM (${closes}) ORDER BY time DESC, sequence DESC LIMIT $limit::BIGINT`,
    { from, to, limit, service, environment, payloadBugsOnly },
  );
  return events;
}
