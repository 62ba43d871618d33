import type { CloseEvent } from '../close-event.ts';
import type { CloseQuery } from '../store.ts';
import { closesWithin, IS_PAYLOAD_BUG } from './counted-fields.ts';
import type { DayCatalogue } from './day-catalogue.ts';
import { unionOfDays } from './day-relation.ts';
import { ALL_FIELDS, EVENT_COLUMNS } from './event-table.ts';
import type { ReadSession } from './session.ts';

/** The part of the range that is searched first, milliseconds, and how much longer each part is than the one after it. */
const FIRST_PART = 10_000; // 10 s
const GROWTH = 8;

/**
 * Closes as examples, the newest first. The range is searched from its end, in parts that grow: where there are many closes, what it costs depends
 * on the limit, and not on the range. A day takes six parts.
 */
export async function readCloses(
  session: ReadSession,
  catalogue: DayCatalogue,
  query: CloseQuery,
): Promise<CloseEvent[]> {
  const days = catalogue.overlapping(query.from, query.to);
  const first = Math.max(query.from, Math.floor(Math.min(...days.map(({ earliest }) => earliest!))));
  const closes: CloseEvent[] = [];
  let to = Math.min(query.to, Math.floor(Math.max(...days.map(({ latest }) => latest!))) + 1);
  for (let part = FIRST_PART; to > first && closes.length < query.limit; part *= GROWTH) {
    const from = Math.max(first, to - part);
    const limit = query.limit - closes.length;
    closes.push(...(await newestCloses(session, catalogue, { ...query, from, to, limit })));
    to = from;
  }
  return closes;
}

async function newestCloses(session: ReadSession, catalogue: DayCatalogue, query: CloseQuery): Promise<CloseEvent[]> {
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
