import { SPAN_CLOSE, SPAN_CONNECT, SPAN_DRAIN, SPAN_RECONNECT } from '@closewatch/instrumentation/attributes';
import type { EventKind } from '../close-event.ts';

/** Attribute values that a column can hold; arrays, maps and bytes are skipped when a request is decoded. */
export type AttributeValue = string | number | boolean;

/** Attributes as two lists of equal length; a key may repeat, and then the last one counts. */
export interface AttributeList {
  keys: string[];
  values: AttributeValue[];
}

/** What a link points at, in lower-case hex. */
export interface DecodedLink {
  traceId: string;
  spanId: string;
}

/** One of our spans as both encodings give it. Ids are lower-case hex, or empty where the request had none that is valid. */
export interface DecodedSpan {
  kind: EventKind;
  /** OTLP's SpanKind: 2 is SERVER, 3 is CLIENT. */
  spanKind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  /** Epoch microseconds; 0 where the span has none. */
  startMicros: number;
  endMicros: number;
  /** Status code ERROR. */
  failed: boolean;
  links: DecodedLink[];
  attributes: AttributeList;
}

/** The spans of one resource. */
export interface DecodedResourceSpans {
  resource: AttributeList;
  spans: DecodedSpan[];
}

/** An ExportTraceServiceRequest, reduced to what concerns WebSocket connections. */
export interface TraceRequest {
  resources: DecodedResourceSpans[];
  /** Spans by other names: accepted, and counted. */
  notRelevant: number;
}

/** Which spans become events. Source: the conventions, "Spans". */
export const KIND_OF_SPAN_NAME: ReadonlyMap<string, EventKind> = new Map([
  [SPAN_CONNECT, 'connect'],
  [SPAN_CLOSE, 'close'],
  [SPAN_RECONNECT, 'reconnect'],
  [SPAN_DRAIN, 'drain'],
]);

export const SPAN_KIND_SERVER = 2;
export const SPAN_KIND_CLIENT = 3;
export const STATUS_ERROR = 2;

/** Links kept of one span: the instrumentation writes two at most, and OpenTelemetry's own default limit is this. */
export const MAX_LINKS = 128;

/** The sender's bytes are no OTLP request. Answered with 400, and never retried by an exporter. */
export class MalformedRequestError extends Error {
  readonly code = 'OTLP_MALFORMED';
  override readonly name = 'MalformedRequestError';
}
