import { PLACE } from '../columns.ts';
import type { EventRows } from './event-rows.ts';
import { STATUS_ERROR } from './otlp-numbers.ts';
import { readAttribute } from './protobuf-attributes.ts';
import { type ItemReader, RESOURCE_ITEMS_RESOURCE, readItems } from './protobuf-items.ts';
import { ProtobufReader } from './protobuf-reader.ts';

// Field numbers of opentelemetry-proto v1, `Span` and what is in it; see protobuf-items.ts.
const RESOURCE_ATTRIBUTES = (1 << 3) | 2;
const SPAN_TRACE_ID = (1 << 3) | 2;
const SPAN_SPAN_ID = (2 << 3) | 2;
const SPAN_PARENT_SPAN_ID = (4 << 3) | 2;
const SPAN_NAME = (5 << 3) | 2;
const SPAN_KIND = (6 << 3) | 0;
const SPAN_START = (7 << 3) | 1;
const SPAN_END = (8 << 3) | 1;
const SPAN_ATTRIBUTES = (9 << 3) | 2;
const SPAN_LINKS = (13 << 3) | 2;
const SPAN_STATUS = (15 << 3) | 2;
const LINK_TRACE_ID = (1 << 3) | 2;
const LINK_SPAN_ID = (2 << 3) | 2;
const STATUS_CODE = (3 << 3) | 0;

/**
 * Reads an ExportTraceServiceRequest in protobuf into rows. What is not ours is passed over without being looked into: other
 * spans, attributes without a column, events, scopes and unknown fields. Nothing recurses, so nesting costs nothing.
 * Throws MalformedRequestError, and nothing else.
 */
export function spansFromProtobuf(bytes: Uint8Array, rows: EventRows): void {
  const reader = new ProtobufReader(bytes);
  readItems(reader, new SpanReader(reader, rows));
}

class SpanReader implements ItemReader {
  readonly #reader: ProtobufReader;
  readonly #rows: EventRows;
  readonly #linkWords = new Uint32Array(6);
  #resourceStart = 0;
  #resourceEnd = 0;
  #isResourceRead = false;

  constructor(reader: ProtobufReader, rows: EventRows) {
    this.#reader = reader;
    this.#rows = rows;
  }

  beginResource(start: number, end: number): void {
    this.#resourceStart = start;
    this.#resourceEnd = end;
    this.#isResourceRead = false;
  }

  readItem(end: number): void {
    const rows = this.#rows;
    const start = this.#reader.offset;
    rows.span.clear();
    const attributesWait = this.#readSpan(end);
    if (rows.span.kind !== 0) {
      if (attributesWait) this.#readAttributes(start, end);
      if (!this.#isResourceRead) this.#readResource();
      this.#reader.offset = end;
    }
    rows.endSpan();
  }

  /** Reads a span, and its attributes where the name of one of ours came before them; true where they have still to be read. */
  #readSpan(end: number): boolean {
    const reader = this.#reader;
    const { span } = this.#rows;
    let attributesWait = false;
    while (reader.offset < end) {
      const tag = reader.tag(end);
      switch (tag) {
        case SPAN_ATTRIBUTES:
          if (span.kind === 0) {
            attributesWait = true;
            reader.skip(tag, end);
          } else this.#readAttribute(reader.lengthEnd(end));
          break;
        case SPAN_TRACE_ID:
          this.#readTraceId(reader.lengthEnd(end));
          break;
        case SPAN_SPAN_ID:
          this.#readSpanId(PLACE.spanId, reader.lengthEnd(end));
          break;
        case SPAN_PARENT_SPAN_ID:
          this.#readSpanId(PLACE.parentSpanId, reader.lengthEnd(end));
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

  #readName(end: number): void {
    const reader = this.#reader;
    this.#rows.span.kind = this.#rows.kindOfName(reader.view, reader.offset, end);
    reader.offset = end;
  }

  #readAttribute(end: number): void {
    const rows = this.#rows;
    readAttribute(this.#reader, end, rows.spanFields, rows.values, rows.span.fields);
  }

  /** Goes over a span once more, for its attributes alone. */
  #readAttributes(start: number, end: number): void {
    const reader = this.#reader;
    reader.offset = start;
    while (reader.offset < end) {
      const tag = reader.tag(end);
      if (tag === SPAN_ATTRIBUTES) this.#readAttribute(reader.lengthEnd(end));
      else reader.skip(tag, end);
    }
  }

  /**
   * Reads the resource once a span of ours needs it: others' resources leave no texts behind. It is looked for in the whole message, as
   * fields may come in any order.
   */
  #readResource(): void {
    const reader = this.#reader;
    this.#rows.resource.clear();
    reader.offset = this.#resourceStart;
    while (reader.offset < this.#resourceEnd) {
      const tag = reader.tag(this.#resourceEnd);
      if (tag === RESOURCE_ITEMS_RESOURCE) this.#readResourceAttributes(reader.lengthEnd(this.#resourceEnd));
      else reader.skip(tag, this.#resourceEnd);
    }
    this.#isResourceRead = true;
  }

  #readResourceAttributes(end: number): void {
    const reader = this.#reader;
    const { resource, resourceFields, values } = this.#rows;
    while (reader.offset < end) {
      const tag = reader.tag(end);
      if (tag === RESOURCE_ATTRIBUTES) readAttribute(reader, reader.lengthEnd(end), resourceFields, values, resource);
      else reader.skip(tag, end);
    }
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

  #readTraceId(end: number): void {
    const words = this.#linkWords;
    const { fields } = this.#rows.span;
    if (readIdWords(this.#reader, end, words, 0, 4)) fields.setWords4(PLACE.traceId, words, 0);
    else fields.unset(PLACE.traceId);
  }

  #readSpanId(place: number, end: number): void {
    const words = this.#linkWords;
    const { fields } = this.#rows.span;
    if (readIdWords(this.#reader, end, words, 4, 2)) fields.setWords2(place, words[4]!, words[5]!);
    else fields.unset(place);
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

/** Reads `count` words of an id, the last bytes first; false where it has another length, or is all zeros. */
function readIdWords(reader: ProtobufReader, end: number, words: Uint32Array, at: number, count: number): boolean {
  const start = reader.offset;
  reader.offset = end;
  words.fill(0, at, at + count);
  if (end - start !== count * 4) return false;
  let seen = 0;
  for (let index = 0; index < count; index++) {
    const word = reader.view.getInt32(end - 4 - index * 4);
    seen |= word;
    words[at + index] = word;
  }
  return seen !== 0;
}
