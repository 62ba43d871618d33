import { writeHex } from '../batch/hex-words.ts';
import type { CataloguedDay } from './day-catalogue.ts';
import { NO_PARTS, relationOf } from './day-relation.ts';
import { RedeliveryFilter } from './redelivery-filter.ts';
import type { ReadSession } from './session.ts';
import { hashOfSpan, OTHER_HASH } from './span-ids.ts';
import { millisecondsFrom, timestampFrom } from './timestamp.ts';

/** Spans from the future that are taken into the filter at a start. Where there are more, every span is looked up until the next start. */
const MOST_SEEDED = 1_000_000;

/** When a row would count had its time not been clamped: `ownTimeOf`, in SQL. */
const OWN_TIME = `CASE WHEN kind IN ('close', 'drain') THEN coalesce(started_at, time) ELSE coalesce(ended_at, time) END`;

/**
 * A filter that knows every span from `now` (epoch milliseconds) on. These are few: what was stored before the start lies before it, but
 * for senders whose clocks are ahead. `recent` are the days of the last 24 hours.
 */
export async function seedFilter(
  session: ReadSession,
  recent: readonly CataloguedDay[],
  now: number,
  maxBytes: number,
): Promise<RedeliveryFilter> {
  const filter = new RedeliveryFilter({ completeFrom: now, maxBytes });
  if (recent.length === 0) return filter;
  const ahead = recent.flatMap(day =>
    [`time >= ${timestampFrom('$now')}`, `clamped AND time < ${timestampFrom('$now')}`].map(
      condition =>
        `SELECT trace_id, span_id, ${OWN_TIME} AS own_time FROM ${relationOf(day, NO_PARTS)} WHERE ${condition}`,
    ),
  );
  const spans = await session.rows<{ traceId: string; spanId: string; ownTime: number }>(
    `SELECT replace(trace_id::VARCHAR, '-', '') AS "traceId", format('{:016x}', span_id) AS "spanId",
      ${millisecondsFrom('own_time')} AS "ownTime"
    FROM (${ahead.join(' UNION ALL ')}) WHERE own_time >= ${timestampFrom('$now')} LIMIT ${MOST_SEEDED}`,
    { now },
  );
  if (spans.length === MOST_SEEDED) return new RedeliveryFilter({ completeFrom: Number.POSITIVE_INFINITY, maxBytes });
  const ids = { trace: new Uint32Array(4), span: new Uint32Array(2) };
  for (const { traceId, spanId, ownTime } of spans) {
    writeHex(ids.trace, 0, 4, traceId);
    writeHex(ids.span, 0, 2, spanId);
    filter.note(hashOfSpan(ids, 0), hashOfSpan(ids, 0, OTHER_HASH), ownTime, now);
  }
  return filter;
}
