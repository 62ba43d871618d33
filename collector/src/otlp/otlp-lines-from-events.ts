import { SPAN_CLOSE, SPAN_CONNECT, SPAN_DRAIN, SPAN_RECONNECT } from '@closewatch/instrumentation/attributes';
import type { CloseEvent, EventKind } from '../close-event.ts';
import { ATTR_EVENT_TIME, COLUMNS, type Column, IMPLIED_ATTRIBUTES } from '../columns.ts';
import { eventTime } from './event-time.ts';
import { SPAN_KIND_CLIENT, SPAN_KIND_SERVER, STATUS_ERROR } from './otlp-numbers.ts';

/** Events a line: about 600 KiB of JSON, so that a reader never holds more than that of a large history. */
const EVENTS_PER_LINE = 500;

const SPAN_NAMES: Record<EventKind, string> = {
  connect: SPAN_CONNECT,
  close: SPAN_CLOSE,
  reconnect: SPAN_RECONNECT,
  drain: SPAN_DRAIN,
};

const RESOURCE = COLUMNS.filter(column => column.origin === 'resource');
const SPAN = COLUMNS.filter(column => column.origin === 'span' && column.attribute !== ATTR_EVENT_TIME);
const IMPLIED = Object.entries(IMPLIED_ATTRIBUTES).map(([key, stringValue]) => ({ key, value: { stringValue } }));

/**
 * Writes events as OTLP JSON lines, an ExportTraceServiceRequest each, in the order given and grouped by resource inside a
 * line, as the OpenTelemetry Collector's file exporter writes them. Lines have no line break. Read back by
 * `closeEventsFromOtlpLine`, they give the same events except for `receivedAt`.
 */
export function* otlpLinesFromEvents(events: Iterable<CloseEvent>): Iterable<string> {
  let batch: CloseEvent[] = [];
  for (const event of events) {
    batch.push(event);
    if (batch.length < EVENTS_PER_LINE) continue;
    yield lineFromEvents(batch);
    batch = [];
  }
  if (batch.length > 0) yield lineFromEvents(batch);
}

function lineFromEvents(events: readonly CloseEvent[]): string {
  const byResource = Map.groupBy(events, event => JSON.stringify(attributesFrom(event, RESOURCE)));
  const resourceSpans = [...byResource].map(([attributes, group]) => ({
    resource: { attributes: JSON.parse(attributes) },
    scopeSpans: [{ scope: { name: '@closewatch/collector' }, spans: group.map(spanFromEvent) }],
  }));
  return JSON.stringify({ resourceSpans });
}

function spanFromEvent(event: CloseEvent): object {
  const { kind, traceId, spanId, parentSpanId, linkedTraceId, linkedSpanId, startedAt, endedAt, time } = event;
  const attributes = [...IMPLIED, ...attributesFrom(event, SPAN)];
  if (time !== eventTime(kind, startedAt, endedAt)) {
    attributes.push({ key: ATTR_EVENT_TIME, value: { doubleValue: time } });
  }
  return {
    traceId,
    spanId,
    ...(parentSpanId !== null && { parentSpanId }),
    name: SPAN_NAMES[kind],
    kind: event.role === 'server' ? SPAN_KIND_SERVER : SPAN_KIND_CLIENT,
    startTimeUnixNano: nanos(startedAt),
    endTimeUnixNano: nanos(endedAt),
    attributes,
    ...(linkedTraceId !== null &&
      linkedSpanId !== null && { links: [{ traceId: linkedTraceId, spanId: linkedSpanId }] }),
    status: event.failed ? { code: STATUS_ERROR } : {},
  };
}

type JsonAttribute = { key: string; value: Record<string, unknown> };

function attributesFrom(event: CloseEvent, columns: readonly Column[]): JsonAttribute[] {
  const attributes: JsonAttribute[] = [];
  for (const { field, attribute, type, absent } of columns) {
    const value = event[field];
    if (value === null || value === absent || attribute === null) continue;
    // 64-bit integers are strings in OTLP's JSON.
    attributes.push({ key: attribute, value: { [type.wire]: type.wire === 'intValue' ? String(value) : value } });
  }
  return attributes;
}

/** Epoch milliseconds with microseconds as the fraction, as a string of nanoseconds. */
function nanos(milliseconds: number): string {
  return `${Math.round(milliseconds * 1000)}000`;
}
