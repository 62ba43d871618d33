import type { CloseEvent } from '../close-event.ts';
import { spanId, traceId } from '../column-type.ts';
import { COLUMNS } from '../columns.ts';
import type { AppendOutcome } from '../store.ts';
import type { SqlValue, StagedType, WriteSession } from './session.ts';
import { type TimeRange, timeRanges } from './time-ranges.ts';

const STAGED_TYPES: readonly StagedType[] = ['DOUBLE', ...COLUMNS.map(column => column.type.staged)];

const LAST_SEQUENCE = 'SELECT coalesce(max(sequence), 0)::DOUBLE AS sequence FROM close_events';

/** The sequence of the newest stored event; 0 when there is none. */
export async function readLastSequence(session: WriteSession): Promise<number> {
  return (await session.rows<{ sequence: number }>(LAST_SEQUENCE))[0]!.sequence;
}

/**
 * Appends what is not stored yet, in the order given, and numbers it on from `lastSequence` without gaps. A span sent again
 * carries the times that it had, so only rows that ended in the batch's time ranges are compared: zone maps skip the rest,
 * and the cost does not grow with history. The end is compared, as it is close to the order of arrival for every kind of
 * span, and is never clamped.
 */
export async function appendEvents(
  session: WriteSession,
  events: readonly CloseEvent[],
  lastSequence: number,
): Promise<AppendOutcome> {
  const distinct = distinctEvents(events);
  await session.append('staged_events', STAGED_TYPES, stagedColumns(distinct));
  const stored = await session.run(insertNew(timeRanges(distinct.map(event => event.endedAt))), { lastSequence });
  await session.run('TRUNCATE staged_events');
  return { stored, duplicates: events.length - stored };
}

function distinctEvents(events: readonly CloseEvent[]): CloseEvent[] {
  const seen = new Map<string, CloseEvent>();
  for (const event of events) {
    const key = event.traceId + event.spanId;
    if (!seen.has(key)) seen.set(key, event);
  }
  return [...seen.values()];
}

function stagedColumns(events: readonly CloseEvent[]): SqlValue[][] {
  return [events.map((_, position) => position), ...COLUMNS.map(({ field }) => events.map(event => event[field]))];
}

/** The statement that moves new rows from the staging table into the store. Its only parameter is `lastSequence`. */
function insertNew(ranges: readonly TimeRange[]): string {
  const names = COLUMNS.map(column => column.name);
  const values = COLUMNS.map(column => column.type.toTable(`staged.${column.name}`));
  const stored = ranges.map(
    ({ from, to }) =>
      `SELECT trace_id, span_id FROM close_events WHERE ended_at BETWEEN ${timestamp(from)} AND ${timestamp(to)}`,
  );
  return `INSERT INTO close_events (sequence, ${names.join(', ')})
    SELECT $lastSequence::BIGINT + row_number() OVER (ORDER BY position), ${values.join(', ')}
    FROM staged_events AS staged ANTI JOIN (${stored.join(' UNION ALL ')}) AS stored
      ON stored.trace_id = ${traceId.toTable('staged.trace_id')} AND stored.span_id = ${spanId.toTable('staged.span_id')}
    ORDER BY position`;
}

/** A literal, so that the planner sees the range. The number is our own: no text of a sender comes in here. */
function timestamp(milliseconds: number): string {
  return `make_timestamp(${Math.round(milliseconds * 1000)}::BIGINT)`;
}
