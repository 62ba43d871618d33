import type { CloseEvent } from '../close-event.ts';
import type { EventPage } from '../store.ts';
import type { CataloguedDay, DayCatalogue } from './day-catalogue.ts';
import { relationOf } from './day-relation.ts';
import { ALL_FIELDS, selectionOf } from './event-table.ts';
import type { ReadSession } from './session.ts';

/**
 * Events stored after a sequence, over all days. Sequences have no gaps but where rows were lost, so a page is a range of them,
 * and costs the same wherever it lies.
 */
export async function readEventsAfter<Field extends keyof CloseEvent>(
  session: ReadSession,
  catalogue: DayCatalogue,
  after: number,
  limit: number,
  fields?: readonly Field[],
): Promise<EventPage<Field>> {
  const selection = fields === undefined ? ALL_FIELDS : selectionOf(fields);
  const events: CloseEvent[] = [];
  let sequence = after;
  for (const day of catalogue.after(after)) {
    let from = Math.max(sequence, day.firstSequence - 1);
    while (events.length < limit && from < day.lastSequence) {
      const last = from + limit - events.length;
      const page = await session.events(
        `SELECT ${selection.sql} FROM ${relationOf(day)}
        WHERE sequence > $from::BIGINT AND sequence <= $last::BIGINT ${inOrder(day)}`,
        { from, last },
        selection,
      );
      for (const event of page.events) events.push(event);
      if (page.events.length > 0) sequence = page.lastSequence;
      from = page.events.length > 0 ? page.lastSequence : await beforeNext(session, relationOf(day), last);
    }
    if (events.length >= limit) break;
  }
  return { events, sequence };
}

/**
 * A table is read in the order in which it was filled, which is that of the sequences (DuckDB's `preserve_insertion_order`), and sorting
 * whole rows costs twice as much as reading them. The joins of an archived day keep no order.
 */
function inOrder({ form }: CataloguedDay): string {
  return form === 'live' || form === 'closed' ? '' : 'ORDER BY sequence';
}

/** The sequence before the first row after a gap. */
async function beforeNext(session: ReadSession, relation: string, after: number): Promise<number> {
  const next = `SELECT min(sequence)::DOUBLE AS next FROM ${relation} WHERE sequence > $after::BIGINT`;
  const [row] = await session.rows<{ next: number | null }>(next, { after });
  return row?.next == null ? Number.POSITIVE_INFINITY : row.next - 1;
}
