import type { Role } from '@closewatch/collector';
import type { AnalyzedEvent } from './analyzed-event.ts';

/** What one end of a connection has reported so far: at most one row of a kind. */
export interface EndRecord {
  id: string;
  role: Role;
  connect: AnalyzedEvent | null;
  close: AnalyzedEvent | null;
  /** Epoch milliseconds of its earliest row. */
  firstTime: number;
}

/** The connection that a row belongs to. Foreign emitters know no connection id: there the linked or the own span stands for it. */
export function connectionIdOf(event: AnalyzedEvent): string {
  return event.connectionId ?? event.linkedSpanId ?? event.spanId;
}

/** An end's record with one more row; the same object when the row says nothing new. Rows may come in any order. */
export function withRow(record: EndRecord | undefined, event: AnalyzedEvent): EndRecord {
  const kind = event.kind === 'connect' ? 'connect' : 'close';
  const known = record?.[kind] ?? null;
  if (record && known && !isPreferred(event, known)) return record;
  const firstTime = Math.min(event.time, record?.firstTime ?? event.time);
  const base = record ?? { id: connectionIdOf(event), role: event.role, connect: null, close: null };
  return { ...base, [kind]: event, firstTime };
}

/** Of two rows that claim the same end and kind, the earlier counts, and then the smaller span id: arrival decides nothing. */
function isPreferred(event: AnalyzedEvent, known: AnalyzedEvent): boolean {
  if (event.time !== known.time) return event.time < known.time;
  if (event.spanId !== known.spanId) return event.spanId < known.spanId;
  return event.traceId < known.traceId;
}
