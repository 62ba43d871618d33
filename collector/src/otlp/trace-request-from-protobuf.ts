import { RESOURCE_COLUMNS, SPAN_COLUMNS } from '../columns.ts';
import { ProtobufReader } from './protobuf-reader.ts';
import { StringCache } from './string-cache.ts';
import type { AttributeList, AttributeValue, DecodedLink, DecodedResourceSpans, DecodedSpan } from './trace-request.ts';
import { KIND_OF_SPAN_NAME, MAX_LINKS, STATUS_ERROR, type TraceRequest } from './trace-request.ts';

// A tag is the field's number in opentelemetry-proto v1 times eight, plus the wire type: 0 varint, 1 64 bits, 2 length.
const REQUEST_RESOURCE_SPANS = (1 << 3) | 2;
const RESOURCE_SPANS_RESOURCE = (1 << 3) | 2;
const RESOURCE_SPANS_SCOPE_SPANS = (2 << 3) | 2;
const RESOURCE_ATTRIBUTES = (1 << 3) | 2;
const SCOPE_SPANS_SPANS = (2 << 3) | 2;
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
const KEY_VALUE_KEY = (1 << 3) | 2;
const KEY_VALUE_VALUE = (2 << 3) | 2;
const ANY_STRING = (1 << 3) | 2;
const ANY_BOOL = (2 << 3) | 0;
const ANY_INT = (3 << 3) | 0;
const ANY_DOUBLE = (4 << 3) | 1;

type Wanted = ReadonlyMap<string, unknown>;

/**
 * Decodes an ExportTraceServiceRequest from protobuf. What is not ours is passed over without being looked into: other
 * spans, attributes without a column, events, scopes and unknown fields. Nothing recurses, so nesting costs nothing.
 * Throws MalformedRequestError, and nothing else.
 */
export function traceRequestFromProtobuf(bytes: Buffer, strings = new StringCache()): TraceRequest {
  const reader = new ProtobufReader(bytes, strings);
  const request: TraceRequest = { resources: [], notRelevant: 0 };
  while (reader.offset < bytes.length) {
    const tag = reader.tag(bytes.length);
    if (tag === REQUEST_RESOURCE_SPANS) readResourceSpans(reader, reader.lengthEnd(bytes.length), request);
    else reader.skip(tag, bytes.length);
  }
  return request;
}

function readResourceSpans(reader: ProtobufReader, end: number, request: TraceRequest): void {
  const decoded: DecodedResourceSpans = { resource: { keys: [], values: [] }, spans: [] };
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === RESOURCE_SPANS_RESOURCE) readResource(reader, reader.lengthEnd(end), decoded.resource);
    else if (tag === RESOURCE_SPANS_SCOPE_SPANS) readScopeSpans(reader, reader.lengthEnd(end), decoded, request);
    else reader.skip(tag, end);
  }
  if (decoded.spans.length > 0) request.resources.push(decoded);
}

function readResource(reader: ProtobufReader, end: number, into: AttributeList): void {
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === RESOURCE_ATTRIBUTES) readAttribute(reader, reader.lengthEnd(end), RESOURCE_COLUMNS, into);
    else reader.skip(tag, end);
  }
}

function readScopeSpans(reader: ProtobufReader, end: number, into: DecodedResourceSpans, request: TraceRequest): void {
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag !== SCOPE_SPANS_SPANS) {
      reader.skip(tag, end);
      continue;
    }
    const span = readSpan(reader, reader.lengthEnd(end));
    if (span === null) request.notRelevant += 1;
    else into.spans.push(span);
  }
}

/** A span of ours, or null. Fields come in any order, so attributes and links are read once the name is known. */
function readSpan(reader: ProtobufReader, end: number): DecodedSpan | null {
  const span = { spanKind: 0, traceId: '', spanId: '', parentSpanId: '', startMicros: 0, endMicros: 0, failed: false };
  const nested: number[] = [];
  let name = '';
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === SPAN_NAME) name = reader.string(end);
    else if (tag === SPAN_ATTRIBUTES || tag === SPAN_LINKS) {
      nested.push(tag, reader.offset);
      reader.skip(tag, end);
    } else if (tag === SPAN_TRACE_ID) span.traceId = reader.id(16, end);
    else if (tag === SPAN_SPAN_ID) span.spanId = reader.id(8, end);
    else if (tag === SPAN_PARENT_SPAN_ID) span.parentSpanId = reader.id(8, end);
    else if (tag === SPAN_KIND) span.spanKind = reader.varint(end);
    else if (tag === SPAN_START) span.startMicros = reader.microsFromNanos(end);
    else if (tag === SPAN_END) span.endMicros = reader.microsFromNanos(end);
    else if (tag === SPAN_STATUS) span.failed = readStatusCode(reader, reader.lengthEnd(end)) === STATUS_ERROR;
    else reader.skip(tag, end);
  }
  const kind = KIND_OF_SPAN_NAME.get(name);
  if (kind === undefined) return null;
  return { kind, ...span, ...readNested(reader, nested, end) };
}

/** Goes back for the attributes and links of a span that turned out to be ours. `nested` holds pairs of tag and offset. */
function readNested(reader: ProtobufReader, nested: number[], end: number): Pick<DecodedSpan, 'links' | 'attributes'> {
  const links: DecodedLink[] = [];
  const attributes: AttributeList = { keys: [], values: [] };
  for (let index = 0; index < nested.length; index += 2) {
    reader.offset = nested[index + 1]!;
    const fieldEnd = reader.lengthEnd(end);
    if (nested[index] === SPAN_ATTRIBUTES) readAttribute(reader, fieldEnd, SPAN_COLUMNS, attributes);
    else if (links.length < MAX_LINKS) links.push(readLink(reader, fieldEnd));
  }
  reader.offset = end;
  return { links, attributes };
}

function readLink(reader: ProtobufReader, end: number): DecodedLink {
  const link = { traceId: '', spanId: '' };
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === LINK_TRACE_ID) link.traceId = reader.id(16, end);
    else if (tag === LINK_SPAN_ID) link.spanId = reader.id(8, end);
    else reader.skip(tag, end);
  }
  return link;
}

function readStatusCode(reader: ProtobufReader, end: number): number {
  let code = 0;
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === STATUS_CODE) code = reader.varint(end);
    else reader.skip(tag, end);
  }
  return code;
}

function readAttribute(reader: ProtobufReader, end: number, wanted: Wanted, into: AttributeList): void {
  let key = '';
  let valueAt = -1;
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === KEY_VALUE_KEY) key = reader.string(end);
    else {
      if (tag === KEY_VALUE_VALUE) valueAt = reader.offset;
      reader.skip(tag, end);
    }
  }
  if (valueAt < 0 || !wanted.has(key)) return;
  reader.offset = valueAt;
  const value = readAnyValue(reader, reader.lengthEnd(end));
  reader.offset = end;
  if (value === undefined) return;
  into.keys.push(key);
  into.values.push(value);
}

function readAnyValue(reader: ProtobufReader, end: number): AttributeValue | undefined {
  let value: AttributeValue | undefined;
  while (reader.offset < end) {
    const tag = reader.tag(end);
    if (tag === ANY_STRING) value = reader.string(end);
    else if (tag === ANY_INT) value = reader.int64(end);
    else if (tag === ANY_DOUBLE) value = reader.double(end);
    else if (tag === ANY_BOOL) value = reader.varint(end) !== 0;
    else reader.skip(tag, end);
  }
  return value;
}
