import { PLACE } from '../columns.ts';
import type { EventRows } from './event-rows.ts';
import { JsonAttributes } from './json-attributes.ts';
import { readHexId, setSpanId, setTraceId } from './json-ids.ts';
import { type ItemNames, readJsonItems } from './json-items.ts';
import { type JsonObject, microsFromNanos, objectIn, objects } from './json-values.ts';
import { SPAN_KIND_PRODUCER, STATUS_ERROR } from './otlp-numbers.ts';
import { KINDS } from './span-draft.ts';

const NAMES: ItemNames = { resourceItems: 'resourceSpans', scopeItems: 'scopeSpans', items: 'spans' };

/** Reads an ExportTraceServiceRequest in OTLP's JSON into rows. Throws MalformedRequestError, and nothing else. */
export function spansFromJson(body: Uint8Array, rows: EventRows): void {
  const reader = new SpanReader(rows);
  readJsonItems(body, NAMES, (span, resource) => reader.readItem(span, resource));
}

class SpanReader {
  readonly #rows: EventRows;
  readonly #attributes: JsonAttributes;
  readonly #linkWords = new Uint32Array(6);

  constructor(rows: EventRows) {
    this.#rows = rows;
    this.#attributes = new JsonAttributes(rows);
  }

  readItem(json: JsonObject, resource: JsonObject): void {
    const { span } = this.#rows;
    this.#readSpan(json);
    if (span.kind === 0 || span.spanKind >= SPAN_KIND_PRODUCER) {
      span.convention = this.#attributes.conventionOf(json);
      if (span.convention !== null) span.kind = KINDS.close;
    }
    if (span.kind === 0) this.#readEvents(json, resource);
    else {
      this.#attributes.read(json, this.#rows.spanFields, span.fields);
      this.#endSpan(resource);
    }
  }

  #endSpan(resource: JsonObject): void {
    this.#attributes.readResource(resource);
    this.#rows.endSpan();
  }

  #readSpan(json: JsonObject): void {
    const { span } = this.#rows;
    span.clear();
    span.kind = typeof json.name === 'string' ? this.#rows.kindOfString(json.name) : 0;
    span.spanKind = typeof json.kind === 'number' ? json.kind : 0;
    setTraceId(json.traceId, span.fields, PLACE.traceId);
    setSpanId(json.spanId, span.fields, PLACE.spanId);
    setSpanId(json.parentSpanId, span.fields, PLACE.parentSpanId);
    if (typeof json.traceState === 'string') span.traceState = json.traceState;
    span.startMicros = microsFromNanos(json.startTimeUnixNano, 'startTimeUnixNano');
    span.endMicros = microsFromNanos(json.endTimeUnixNano, 'endTimeUnixNano');
    span.failed = objectIn(json, 'status').code === STATUS_ERROR;
    for (const link of objects(json, 'links')) {
      const isLink = readHexId(link.traceId, this.#linkWords, 0, 4) && readHexId(link.spanId, this.#linkWords, 4, 2);
      if (isLink) span.addLink(this.#linkWords);
    }
  }

  /** A span that is no close may hold events that are. */
  #readEvents(json: JsonObject, resource: JsonObject): void {
    const { span } = this.#rows;
    let closes = 0;
    for (const event of objects(json, 'events')) {
      const convention = this.#attributes.conventionOf(event);
      if (convention === null) continue;
      span.beginEvent(convention, microsFromNanos(event.timeUnixNano, 'timeUnixNano'));
      this.#attributes.read(event, this.#rows.spanFields, span.fields);
      this.#endSpan(resource);
      closes += 1;
    }
    if (closes === 0) this.#rows.countOther();
  }
}
