import type { Role } from '@closewatch/instrumentation/attributes';
import type { CloseEvent, EventKind } from '../close-event.ts';
import { MAX_TEXT_LENGTH } from '../column-type.ts';
import { COLUMNS, type Column, RESOURCE_COLUMNS, SPAN_COLUMNS } from '../columns.ts';
import type { IngestTally, UnusableReason } from '../ingest-tally.ts';
import type { AttributeList, DecodedLink, DecodedSpan, TraceRequest } from './trace-request.ts';
import { SPAN_KIND_CLIENT, SPAN_KIND_SERVER } from './trace-request.ts';

/** How far a sender's clock may be ahead before its event counts as from the future: NTP keeps fleets far inside a minute. */
const MAX_AHEAD_MS = 60_000;

/** The service of spans whose resource names none. Source: OpenTelemetry semantic conventions, "Service". */
export const UNKNOWN_SERVICE = 'unknown_service';

const BLANK = Object.fromEntries(COLUMNS.map(column => [column.field, column.absent])) as unknown as CloseEvent;

/** When an event counts: the start of a close or drain, the end of a connect or reconnect. Source: the design, "Time". */
export function eventTime(kind: EventKind, startedAt: number, endedAt: number): number {
  return kind === 'close' || kind === 'drain' ? startedAt : endedAt;
}

/**
 * Turns the decoded spans of a request into events, and counts in `tally` what does not become one. `receivedAt` is in epoch
 * milliseconds; null in a replay, where each event was received at its own time and nothing is from the future.
 */
export function closeEventsFromSpans(
  request: TraceRequest,
  receivedAt: number | null,
  tally: IngestTally,
): CloseEvent[] {
  const events: CloseEvent[] = [];
  tally.notRelevant += request.notRelevant;
  for (const { resource, spans } of request.resources) {
    const common: CloseEvent = { ...BLANK, service: UNKNOWN_SERVICE };
    setFields(common, resource, RESOURCE_COLUMNS, tally);
    common.service ??= UNKNOWN_SERVICE;
    for (const span of spans) {
      const event = eventFromSpan(span, common, tally);
      const reason = reasonAgainst(event);
      if (reason === null) events.push(setTimes(event, span.kind, receivedAt, tally));
      else tally.unusable[reason] += 1;
    }
  }
  return events;
}

function eventFromSpan(span: DecodedSpan, common: CloseEvent, tally: IngestTally): CloseEvent {
  const event: CloseEvent = { ...common };
  event.kind = span.kind;
  event.traceId = span.traceId;
  event.spanId = span.spanId;
  event.parentSpanId = span.parentSpanId || null;
  event.startedAt = span.startMicros / 1000;
  event.endedAt = span.endMicros / 1000;
  event.failed = span.failed;
  setFields(event, span.attributes, SPAN_COLUMNS, tally);
  event.role ??= roleFromSpanKind(span.spanKind) as Role;
  const link = connectLink(span.links, event.connectionId);
  event.linkedTraceId = link?.traceId ?? null;
  event.linkedSpanId = link?.spanId ?? null;
  return event;
}

/**
 * The link to the connect span. A reconnect links to its close and then to the new connect: the one that the connection id
 * names is meant, or else the last.
 */
function connectLink(links: readonly DecodedLink[], connectionId: string | null): DecodedLink | undefined {
  const valid = links.filter(link => link.traceId !== '' && link.spanId !== '');
  return valid.find(link => link.spanId === connectionId) ?? valid.at(-1);
}

function roleFromSpanKind(kind: number): Role | null {
  if (kind === SPAN_KIND_SERVER) return 'server';
  return kind === SPAN_KIND_CLIENT ? 'client' : null;
}

function setFields(
  event: CloseEvent,
  { keys, values }: AttributeList,
  columns: ReadonlyMap<string, Column>,
  tally: IngestTally,
): void {
  for (let index = 0; index < keys.length; index++) {
    const column = columns.get(keys[index]!)!;
    const sent = values[index]!;
    const value = column.type.parse(sent);
    if (value === undefined) tally.valuesRefused += 1;
    else if (typeof sent === 'string' && sent.length > MAX_TEXT_LENGTH) tally.valuesCut += 1;
    // The column's own type parsed it, so it is what the field holds; TypeScript can't follow that through the list.
    (event as unknown as Record<string, unknown>)[column.field] = value ?? column.absent;
  }
}

function reasonAgainst(event: CloseEvent): UnusableReason | null {
  if (event.traceId === '' || event.spanId === '') return 'invalid_ids';
  if (event.startedAt === 0 || event.endedAt === 0) return 'no_times';
  if (event.role === null) return 'no_role';
  return event.kind === 'close' && event.code === null ? 'no_code' : null;
}

/** Start and end stay as they were sent, so that a span sent again is recognised; only the time that counts is clamped. */
function setTimes(event: CloseEvent, kind: EventKind, receivedAt: number | null, tally: IngestTally): CloseEvent {
  const time = eventTime(kind, event.startedAt, event.endedAt);
  if (receivedAt === null) {
    event.clamped = event.time !== null && event.time !== time;
    event.time ??= time;
    event.receivedAt = event.time;
    return event;
  }
  event.time = time;
  event.receivedAt = receivedAt;
  if (time > receivedAt + MAX_AHEAD_MS) {
    event.time = event.receivedAt;
    event.clamped = true;
    tally.clamped += 1;
  }
  return event;
}
