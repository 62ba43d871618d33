import { PLACE } from '../columns.ts';
import type { BoundConvention } from './bound-conventions.ts';
import { SPAN_KIND_CLIENT, SPAN_KIND_CONSUMER, SPAN_KIND_PRODUCER, SPAN_KIND_SERVER } from './otlp-numbers.ts';
import { INITIATORS, ROLES, type SpanDraft } from './span-draft.ts';

/** A role that no attribute gives follows from the span kind. */
export function setRole({ fields, spanKind }: SpanDraft): void {
  if (fields.has(PLACE.role)) return;
  if (spanKind === SPAN_KIND_SERVER) fields.setNumber(PLACE.role, ROLES.server);
  else if (spanKind === SPAN_KIND_CLIENT) fields.setNumber(PLACE.role, ROLES.client);
}

/** Completes a close that was written by another emitter's conventions. */
export function setConvention(span: SpanDraft, { emitter, lastsConnection, role }: BoundConvention): void {
  const { fields } = span;
  fields.setNumber(PLACE.emitter, emitter);
  if (!fields.has(PLACE.role) && role !== 0) fields.setNumber(PLACE.role, role);
  if (!fields.has(PLACE.initiator)) setInitiator(span);
  if (lastsConnection && span.hasOwnId) endConnection(span);
  span.chooseLink();
  if (!fields.has(PLACE.connectionId)) setConnectionId(span);
}

/** Who sent the close is who produced it. */
function setInitiator({ fields, spanKind }: SpanDraft): void {
  if (spanKind === SPAN_KIND_PRODUCER) fields.setNumber(PLACE.initiator, INITIATORS.local);
  else if (spanKind === SPAN_KIND_CONSUMER) fields.setNumber(PLACE.initiator, INITIATORS.remote);
}

/** The close is the end of a span that lasts as long as its connection. */
function endConnection(span: SpanDraft): void {
  const { fields, startMicros, endMicros } = span;
  if (startMicros === 0 || endMicros === 0) return;
  if (!fields.has(PLACE.connectionDuration)) {
    fields.setNumber(PLACE.connectionDuration, Math.max(0, endMicros - startMicros) / 1_000_000);
  }
  span.startMicros = endMicros;
}

/** What tells connections apart where nothing names them: the span that the close links to, or else the trace, by its last 8 bytes. */
function setConnectionId({ fields }: SpanDraft): void {
  const source = fields.has(PLACE.linkedSpanId) ? PLACE.linkedSpanId : PLACE.traceId;
  if (!fields.has(source)) return;
  const [low, high] = [fields.words[source * 4]!, fields.words[source * 4 + 1]!];
  if ((low | high) !== 0) fields.setWords2(PLACE.connectionId, low, high);
}
