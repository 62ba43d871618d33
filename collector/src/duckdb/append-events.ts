import type { CloseEvent } from '../close-event.ts';
import { spanId, traceId } from '../column-type.ts';
import { COLUMNS } from '../columns.ts';
import type { AppendOutcome } from '../store.ts';
import type { StagedType, WriteSession } from './session.ts';
import { timeRanges } from './time-ranges.ts';

const STAGED_TYPES: readonly StagedType[] = ['DOUBLE', ...COLUMNS.map(column => column.type.staged)];

/** Without a sort or a window: they would copy every column of the batch once more. */
const INSERT_STAGED = `INSERT INTO close_events (sequence, ${COLUMNS.map(column => column.name).join(', ')})
  SELECT ($lastSequence + 1 + position)::BIGINT, ${COLUMNS.map(column => column.type.toTable(column.name)).join(', ')}
  FROM staged_events`;

const UNSTAGE = 'TRUNCATE staged_events';

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
  let fresh = distinctEvents(events);
  await stage(session, fresh);
  const stored = await storedPositions(session, fresh);
  if (stored.size > 0) {
    fresh = fresh.filter((_, position) => !stored.has(position));
    await session.run(UNSTAGE);
    await stage(session, fresh);
  }
  await session.run(INSERT_STAGED, { lastSequence });
  await session.run(UNSTAGE);
  return { stored: fresh.length, duplicates: events.length - fresh.length };
}

function distinctEvents(events: readonly CloseEvent[]): CloseEvent[] {
  const seen = new Map<string, CloseEvent>();
  for (const event of events) {
    const key = event.traceId + event.spanId;
    if (!seen.has(key)) seen.set(key, event);
  }
  return [...seen.values()];
}

function stage(session: WriteSession, events: readonly CloseEvent[]): Promise<void> {
  return session.append('staged_events', STAGED_TYPES, events.length, (start, end) => {
    const part = events.slice(start, end);
    const positions = part.map((_, index) => start + index);
    return [positions, ...COLUMNS.map(({ field }) => part.map(event => event[field]))];
  });
}

/** Positions in the staging table of events that the store has. */
async function storedPositions(session: WriteSession, staged: readonly CloseEvent[]): Promise<Set<number>> {
  const ranges = timeRanges(staged.map(event => event.endedAt));
  const stored = ranges.map(
    ({ from, to }) =>
      `SELECT trace_id, span_id FROM close_events WHERE ended_at BETWEEN ${timestamp(from)} AND ${timestamp(to)}`,
  );
  const rows = await session.rows<{ position: number }>(`SELECT position
    FROM staged_events AS staged SEMI JOIN (${stored.join(' UNION ALL ')}) AS stored
      ON stored.trace_id = ${traceId.toTable('staged.trace_id')} AND stored.span_id = ${spanId.toTable('staged.span_id')}`);
  return new Set(rows.map(row => row.position));
}

/** A literal, so that the planner sees the range. The number is our own: no text of a sender comes in here. */
function timestamp(milliseconds: number): string {
  return `make_timestamp(${Math.round(milliseconds * 1000)}::BIGINT)`;
}
