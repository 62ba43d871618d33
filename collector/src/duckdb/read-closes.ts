import type { CloseEvent } from '../close-event.ts';
import type { CloseQuery } from '../store.ts';
import { closesWithin, IS_PAYLOAD_BUG } from './counted-fields.ts';
import type { DayCatalogue } from './day-catalogue.ts';
import { unionOfDays } from './day-relation.ts';
import { ALL_FIELDS, EVENT_COLUMNS } from './event-table.ts';
import type { ReadSession } from './session.ts';

/** Closes as examples, the newest first. */
export async function readCloses(
  session: ReadSession,
  catalogue: DayCatalogue,
  query: CloseQuery,
): Promise<CloseEvent[]> {
  const { from, to, limit, service = null, environment = null, payloadBugsOnly = false } = query;
  const days = catalogue.overlapping(from, to);
  if (days.length === 0) return [];
  const isWanted = `${closesWithin(from, to)}
    AND ($service IS NULL OR service = $service) AND ($environment IS NULL OR environment = $environment)
    AND ${payloadBugsOnly ? IS_PAYLOAD_BUG : 'true'}`;
  const closes = unionOfDays(days, relation => `SELECT ${EVENT_COLUMNS} FROM ${relation} WHERE ${isWanted}`);
  const { events } = await session.events(
    `SELECT ${ALL_FIELDS.sql} FROM (${closes}) ORDER BY time DESC, sequence DESC LIMIT ${Math.trunc(limit)}`,
    { service, environment },
  );
  return events;
}
