import { join } from 'node:path';
import { attributeOf, type CloseEvent } from '@closewatch/collector';
import protobuf from 'protobufjs';

/** A row of the plain pipeline: an object with the fields that a span has. */
export type PlainRow = { [Field in keyof CloseEvent]?: CloseEvent[Field] };

interface Attribute {
  key: string;
  /** The member that is set; protobufjs names it in `value`. */
  value: { value?: string; [member: string]: unknown };
}

interface Span {
  traceId: Buffer;
  spanId: Buffer;
  startTimeUnixNano: protobuf.Long;
  endTimeUnixNano: protobuf.Long;
  attributes: Attribute[];
  links: { traceId: Buffer; spanId: Buffer }[];
  status: { code: number } | null;
}

interface TraceRequest {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[];
}

const STATUS_ERROR = 2; // opentelemetry-proto, trace.proto, Status.StatusCode

/** Compiled by protobufjs into the code that its static generator would write. */
const requestType = protobuf
  .loadSync(join(import.meta.dirname, 'otlp-trace.proto'))
  .lookupType('ExportTraceServiceRequest');

/** Decodes a request into objects, and those into rows. `fields` are all fields of an event. */
export function plainRows(body: Buffer, fieldOf: ReadonlyMap<string, keyof CloseEvent>): PlainRow[] {
  const rows: PlainRow[] = [];
  const { resourceSpans } = requestType.decode(body) as unknown as TraceRequest;
  const receivedAt = Date.now();
  for (const { resource, scopeSpans } of resourceSpans) {
    const common = fieldsOf(resource.attributes, fieldOf);
    for (const { spans } of scopeSpans)
      for (const span of spans) rows.push({ ...common, ...rowOf(span, fieldOf), receivedAt });
  }
  return rows;
}

/** Which field an attribute's value goes to. */
export function fieldsByAttribute(event: CloseEvent): Map<string, keyof CloseEvent> {
  const pairs = (Object.keys(event) as (keyof CloseEvent)[]).map(field => [attributeOf(field), field] as const);
  return new Map(pairs.filter((pair): pair is [string, keyof CloseEvent] => pair[0] !== null));
}

function rowOf(span: Span, fieldOf: ReadonlyMap<string, keyof CloseEvent>): PlainRow {
  const row = fieldsOf(span.attributes, fieldOf);
  row.kind = 'close';
  row.traceId = span.traceId.toString('hex');
  row.spanId = span.spanId.toString('hex');
  row.startedAt = milliseconds(span.startTimeUnixNano);
  row.endedAt = milliseconds(span.endTimeUnixNano);
  row.time = row.startedAt;
  row.failed = span.status?.code === STATUS_ERROR;
  const link = span.links[0];
  if (link) {
    row.linkedTraceId = link.traceId.toString('hex');
    row.linkedSpanId = link.spanId.toString('hex');
  }
  return row;
}

function fieldsOf(attributes: readonly Attribute[], fieldOf: ReadonlyMap<string, keyof CloseEvent>): PlainRow {
  const row: Record<string, unknown> = {};
  for (const { key, value } of attributes) {
    const field = fieldOf.get(key);
    if (field === undefined || value.value === undefined) continue;
    const sent = value[value.value];
    row[field] = value.value === 'intValue' ? Number(sent) : sent;
  }
  return row as PlainRow;
}

function milliseconds(nanos: protobuf.Long): number {
  return (nanos.high * 2 ** 32 + (nanos.low >>> 0)) / 1e6;
}
