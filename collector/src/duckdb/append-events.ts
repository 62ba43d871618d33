import type { EventBatch } from '../batch/event-batch.ts';
import { COLUMNS } from '../columns.ts';
import type { GaugeSample } from '../gauge-sample.ts';
import type { Day } from './day.ts';
import type { AppendedRows, CataloguedDay } from './day-catalogue.ts';
import { distinctRows } from './distinct-rows.ts';
import { appendGauges } from './gauges.ts';
import { ownTimeOf } from './own-time.ts';
import type { RedeliveryFilter } from './redelivery-filter.ts';
import type { RowSet } from './row-set.ts';
import type { WriteSession } from './session.ts';
import { hashOfSpan, OTHER_HASH, spanIdsOf } from './span-ids.ts';
import { storedRows } from './stored-spans.ts';

const TIME = COLUMNS.findIndex(column => column.field === 'time');

/** Where an append goes. */
export interface AppendTarget {
  /** The live day. */
  day: Day;
  /** Days in which a row may be that is sent again. */
  recent: readonly CataloguedDay[];
  /** What it has taken so far. */
  filter: RedeliveryFilter;
  /** Epoch milliseconds. */
  now: number;
  /** Sequence of the last row that is stored. */
  lastSequence: number;
}

/**
 * Appends what is not stored yet, in the order given, and numbers it on without gaps. Gives what was appended; null where
 * nothing was.
 */
export async function appendEvents(
  session: WriteSession,
  batch: EventBatch,
  gauges: readonly GaugeSample[],
  { day, recent, filter, now, lastSequence }: AppendTarget,
): Promise<AppendedRows | null> {
  const distinct = distinctRows(batch);
  const stored = await storedRows(session, recent, batch, perhapsStored(batch, distinct, filter, now));
  const fresh = stored.size === 0 ? distinct : without(distinct, stored);
  if (fresh.count > 0) await session.appendEvents(day, batch, fresh, lastSequence + 1);
  if (gauges.length > 0) await appendGauges(session, day, gauges);
  return fresh.count === 0 ? null : appendedRows(batch, fresh, lastSequence);
}

/** The rows that the filter does not know to be new. */
function perhapsStored(batch: EventBatch, { rows, count }: RowSet, filter: RedeliveryFilter, now: number): RowSet {
  const ids = spanIdsOf(batch);
  const perhaps = new Uint32Array(count);
  let found = 0;
  for (let index = 0; index < count; index++) {
    const row = rows[index]!;
    const place = hashOfSpan(ids, row);
    const bits = hashOfSpan(ids, row, OTHER_HASH);
    if (filter.note(place, bits, ownTimeOf(batch, row) / 1_000, now)) perhaps[found++] = row;
  }
  return { rows: perhaps, count: found };
}

function without({ rows, count }: RowSet, excluded: ReadonlySet<number>): RowSet {
  const kept = rows.subarray(0, count).filter(row => !excluded.has(row));
  return { rows: kept, count: kept.length };
}

function appendedRows(batch: EventBatch, { rows, count }: RowSet, lastSequence: number): AppendedRows {
  const times = batch.columns[TIME]!.numbers;
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < count; index++) {
    const time = times[rows[index]!]!;
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
  }
  return { rows: count, lastSequence: lastSequence + count, earliest: earliest / 1_000, latest: latest / 1_000 };
}
