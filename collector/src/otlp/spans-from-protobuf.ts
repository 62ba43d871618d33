import { Buffer } from 'node:buffer';
import { PLACE } from '../columns.ts';
import type { AttributeFields } from './attribute-fields.ts';
import type { EventRows } from './event-rows.ts';
import { SPAN_KIND_PRODUCER, STATUS_ERROR } from './otlp-numbers.ts';
import { ProtobufAttributes } from './protobuf-attributes.ts';
import { readIdWords, readSpanId, readTraceId } from './protobuf-ids.ts';
import { type ItemReader, readItems } from './protobuf-items.ts';
import { ProtobufReader, readMessage } from './protobuf-reader.ts';
import { ProtobufResource } from './protobuf-resource.ts';
import { KINDS } from './span-draft.ts';

// Field numbers of opentelemetry-proto v1, `Span` and what is in it; see protobuf-items.ts.
const SPAN_TRACE_ID = (1 << 3) | 2;
const SPAN_SPAN_ID = (2 << 3) | 2;
const SPAN_TRACE_STATE = (3 << 3) | 2;
const SPAN_PARENT_SPAN_ID = (4 << 3) | 2;
const SPAN_NAME = (5 << 3) | 2;
const SPAN_KIND = (6 << 3) | 0;
const SPAN_START = (7 << 3) | 1;
const SPAN_END = (8 << 3) | 1;
const SPAN_ATTRIBUTES = (9 << 3) | 2;
const SPAN_EVENTS = (11 << 3) | 2;
const SPAN_LINKS = (13 << 3) | 2;
const SPAN_STATUS = (15 << 3) | 2;
const EVENT_TIME = (1 << 3) | 1;
const EVENT_ATTRIBUTES = (3 << 3) | 2;
const LINK_TRACE_ID = (1 << 3) | 2;
const LINK_SPAN_ID = (2 << 3) | 2;
const STATUS_CODE = (3 << 3) | 0;

/**
 * Reads an ExportTraceServiceRequest in protobuf into rows. What is not ours is passed over without being looked into: attributes
 * without a column, scopes and unknown fields. Nothing recurses, so nesting costs nothing. Throws MalformedRequestError, and nothing else.
 */
export function spansFromProtobuf(bytes: Uint8Array, rows: EventRows): void {
  const reader = new ProtobufReader(bytes);
  readItems(reader, new SpanReader(reader, rows));
}

class SpanReader implements ItemReader {
  readonly #reader: ProtobufReader;
  readonly #rows: EventRows;
  readonly #attributes: ProtobufAttributes;
  readonly #resource: ProtobufResource;
  readonly #linkWords = new Uint32Array(6);
  /** Of the span that is being read. */
  #fields: AttributeFields;

  constructor(reader: ProtobufReader, rows: EventRows) {
    this.#reader = reader;
    this.#rows = rows;
    this.#attributes = new ProtobufAttributes(reader, rows);
    this.#resource = new ProtobufResource(reader, rows, this.#attributes);
    this.#fields = rows.spanFields;
  }

  beginResource(start: number, end: number): void {
    this.#resource.begin(start, end);
  }

  readItem(end: number): void {
    const { span } = this.#rows;
    const start = this.#reader.offset;
    span.clear();
    this.#beginAttributes();
    const attributesWait = this.#readSpan(end);
    if (attributesWait) this.#findConvention(start, end);
    if (span.kind === 0) this.#readEvents(start, end);
    else {
      if (attributesWait) this.#readAttributes(start, end);
      this.#endSpan();
    }
    this.#reader.offset = end;
  }

  /**
   * Reads a span, and its attributes where the name of one of ours came before them; true where they have still to be read. Ours are
   * of servers or clients: another kind may be another emitter's.
   */
  #readSpan(end: number): boolean {
    const reader = this.#reader;
    const { span } = this.#rows;
    let attributesWait = false;
    while (reader.offset < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case SPAN_ATTRIBUTES:
          if (attributesWait || span.kind === 0 || span.spanKind >= SPAN_KIND_PRODUCER) {
            attributesWait = true;
            reader.skip(tag, end);
          } else this.#readAttribute(reader.lengthEnd(end));
          break;
        case SPAN_TRACE_ID:
          readTraceId(reader, reader.lengthEnd(end), span.fields, PLACE.traceId);
          break;
        case SPAN_SPAN_ID:
          readSpanId(reader, reader.lengthEnd(end), span.fields, PLACE.spanId);
          break;
        case SPAN_TRACE_STATE:
          this.#readTraceState(reader.lengthEnd(end));
          break;
        case SPAN_PARENT_SPAN_ID:
          readSpanId(reader, reader.lengthEnd(end), span.fields, PLACE.parentSpanId);
          break;
        case SPAN_NAME:
          this.#readName(reader.lengthEnd(end));
          break;
        case SPAN_KIND:
          span.spanKind = reader.varint(end);
          break;
        case SPAN_START:
          span.startMicros = reader.microsFromNanos(end);
          break;
        case SPAN_END:
          span.endMicros = reader.microsFromNanos(end);
          break;
        case SPAN_LINKS:
          this.#readLink(reader.lengthEnd(end));
          break;
        case SPAN_STATUS:
          span.failed = this.#readStatusCode(reader.lengthEnd(end)) === STATUS_ERROR;
          break;
        default:
          reader.skip(tag, end);
      }
    }
    return attributesWait;
  }

  #endSpan(): void {
    this.#resource.read();
    this.#rows.endSpan();
  }

  #findConvention(start: number, end: number): void {
    const { span } = this.#rows;
    span.convention = this.#attributes.conventionOf(start, end, SPAN_ATTRIBUTES);
    if (span.convention !== null) span.kind = KINDS.close;
  }

  /** A span that is no close may hold events that are. */
  #readEvents(start: number, end: number): void {
    let closes = 0;
    readMessage(this.#reader, start, end, SPAN_EVENTS, eventEnd => {
      if (this.#readEvent(eventEnd)) closes += 1;
    });
    if (closes === 0) this.#rows.countOther();
  }

  /** Reads an event and makes a row of it, if it is a close. */
  #readEvent(end: number): boolean {
    const reader = this.#reader;
    const { span } = this.#rows;
    const start = reader.offset;
    const convention = this.#attributes.conventionOf(start, end, EVENT_ATTRIBUTES);
    if (convention === null) return false;
    span.beginEvent(convention, this.#readEventTime(start, end));
    this.#beginAttributes();
    readMessage(reader, start, end, EVENT_ATTRIBUTES, attributeEnd => this.#readAttribute(attributeEnd));
    this.#endSpan();
    return true;
  }

  #readEventTime(start: number, end: number): number {
    const reader = this.#reader;
    let micros = 0;
    reader.offset = start;
    while (reader.offset < end) {
      const tag = reader.tag(end);
      if (tag === EVENT_TIME) micros = reader.microsFromNanos(end);
      else reader.skip(tag, end);
    }
    return micros;
  }

  #readName(end: number): void {
    const reader = this.#reader;
    this.#rows.span.kind = this.#rows.kindOfName(reader.view, reader.offset, end);
    reader.offset = end;
  }

  #readTraceState(end: number): void {
    const { bytes, offset } = this.#reader;
    this.#rows.span.traceState = Buffer.from(bytes.buffer, bytes.byteOffset + offset, end - offset).toString('latin1');
    this.#reader.offset = end;
  }

  #beginAttributes(): void {
    this.#fields = this.#rows.spanFields;
    this.#attributes.beginSpan(this.#fields);
  }

  #readAttribute(end: number): void {
    this.#attributes.readNext(end, this.#fields, this.#rows.span.fields);
  }

  /** Goes over a span once more, for its attributes alone. */
  #readAttributes(start: number, end: number): void {
    this.#beginAttributes();
    readMessage(this.#reader, start, end, SPAN_ATTRIBUTES, attributeEnd => this.#readAttribute(attributeEnd));
  }

  #readLink(end: number): void {
    const reader = this.#reader;
    const words = this.#linkWords.fill(0);
    while (reader.offset < end) {
      const tag = reader.tag(end);
      if (tag === LINK_TRACE_ID) readIdWords(reader, reader.lengthEnd(end), words, 0, 4);
      else if (tag === LINK_SPAN_ID) readIdWords(reader, reader.lengthEnd(end), words, 4, 2);
      else reader.skip(tag, end);
    }
    this.#rows.span.addLink(words);
  }

  #readStatusCode(end: number): number {
    const reader = this.#reader;
    let code = 0;
    while (reader.offset < end) {
      const tag = reader.tag(end);
      if (tag === STATUS_CODE) code = reader.varint(end);
      else reader.skip(tag, end);
    }
    return code;
  }
}
