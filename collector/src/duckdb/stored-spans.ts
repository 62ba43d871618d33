import { LIST, listValue, UBIGINT } from '@duckdb/node-api';
import type { EventBatch } from '../batch/event-batch.ts';
import { readHex } from '../batch/hex-words.ts';
import type { CataloguedDay } from './day-catalogue.ts';
import { NO_PARTS, relationOf } from './day-relation.ts';
import { ownTimeOf } from './own-time.ts';
import type { RowSet } from './row-set.ts';
import type { ReadSession } from './session.ts';
import { spanIdsOf } from './span-ids.ts';
import { timeRanges } from './time-ranges.ts';

/**
 * Which of these rows are stored in these days already: their numbers. A span sent again carries the times that it had, so
 * only rows near those times are compared: zone maps skip the rest, and the cost does not grow with history. A row whose time was clamped lies
 * at another time than its own, so all of those are compared; there are few.
 */
export async function storedRows(
  session: ReadSession,
  days: readonly CataloguedDay[],
  batch: EventBatch,
  { rows, count }: RowSet,
): Promise<ReadonlySet<number>> {
  if (days.length === 0 || count === 0) return new Set();
  const ids = spanIdsOf(batch);
  const sought = Array.from({ length: count }, (_, index) => rows[index]!);
  const ranges = timeRanges(sought.map(row => ownTimeOf(batch, row) / 1_000));
  const within = ranges.map(({ from, to }) => `time BETWEEN ${timestamp(from)} AND ${timestamp(to)}`);
  const selects = days.flatMap(day =>
    [...within, 'clamped'].map(
      condition => `SELECT trace_id, span_id FROM ${relationOf(day, NO_PARTS)} WHERE ${condition}`,
    ),
  );
  const asNumbers = new BigUint64Array(ids.span.buffer);
  const found = await session.rows<{ traceId: string; spanId: string }>(
    `SELECT replace(trace_id::VARCHAR, '-', '') AS "traceId", format('{:016x}', span_id) AS "spanId"
    FROM (${selects.join(' UNION ALL ')}) WHERE span_id IN (SELECT unnest($spanIds))`,
    { spanIds: listValue(sought.map(row => asNumbers[row]!)) },
    { spanIds: LIST(UBIGINT) },
  );
  if (found.length === 0) return new Set();
  const keys = new Set(found.map(({ traceId, spanId }) => traceId + spanId));
  const keyOf = (row: number) => `${readHex(ids.trace, row * 4, 4)}${readHex(ids.span, row * 2, 2)}`;
  return new Set(sought.filter(row => keys.has(keyOf(row))));
}

/** A literal, so that the planner sees the range. The number is our own: no text of a sender comes in here. */
function timestamp(milliseconds: number): string {
  return `make_timestamp(${Math.round(milliseconds * 1_000)}::BIGINT)`;
}
