import { RESOURCE_COLUMNS, SPAN_COLUMNS } from '../columns.ts';
import { assertPlausibleNesting } from './json-nesting.ts';
import type { AttributeList, AttributeValue, DecodedLink, DecodedSpan, TraceRequest } from './trace-request.ts';
import { KIND_OF_SPAN_NAME, MAX_LINKS, MalformedRequestError, STATUS_ERROR } from './trace-request.ts';

type JsonObject = Record<string, unknown>;
type Wanted = ReadonlyMap<string, unknown>;

/**
 * Decodes an ExportTraceServiceRequest from OTLP's JSON: ids are hex in any case, enums integers, 64-bit numbers strings or
 * numbers, unknown fields ignored, null the same as absent. Gives exactly what the protobuf decoder gives.
 * Throws MalformedRequestError, and nothing else. Source: OTLP specification, "JSON Protobuf Encoding".
 */
export function traceRequestFromJson(json: string): TraceRequest {
  assertPlausibleNesting(json);
  const request: TraceRequest = { resources: [], notRelevant: 0 };
  for (const resourceSpans of objects(parse(json), 'resourceSpans')) {
    const resource = attributesOf(objectIn(resourceSpans, 'resource'), RESOURCE_COLUMNS);
    const spans: DecodedSpan[] = [];
    for (const scopeSpans of objects(resourceSpans, 'scopeSpans')) {
      for (const span of objects(scopeSpans, 'spans')) {
        const decoded = spanFromJson(span);
        if (decoded === null) request.notRelevant += 1;
        else spans.push(decoded);
      }
    }
    if (spans.length > 0) request.resources.push({ resource, spans });
  }
  return request;
}

function parse(json: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new MalformedRequestError(`expected JSON, got ${(cause as Error).message}`, { cause });
  }
  return asObject(value, 'the request');
}

function spanFromJson(span: JsonObject): DecodedSpan | null {
  const kind = typeof span.name === 'string' ? KIND_OF_SPAN_NAME.get(span.name) : undefined;
  if (kind === undefined) return null;
  const links: DecodedLink[] = objects(span, 'links')
    .slice(0, MAX_LINKS)
    .map(link => ({ traceId: hexId(link.traceId, 32), spanId: hexId(link.spanId, 16) }));
  return {
    kind,
    spanKind: typeof span.kind === 'number' ? span.kind : 0,
    traceId: hexId(span.traceId, 32),
    spanId: hexId(span.spanId, 16),
    parentSpanId: hexId(span.parentSpanId, 16),
    startMicros: microsFromNanos(span.startTimeUnixNano, 'startTimeUnixNano'),
    endMicros: microsFromNanos(span.endTimeUnixNano, 'endTimeUnixNano'),
    failed: objectIn(span, 'status').code === STATUS_ERROR,
    links,
    attributes: attributesOf(span, SPAN_COLUMNS),
  };
}

function attributesOf(owner: JsonObject, wanted: Wanted): AttributeList {
  const list: AttributeList = { keys: [], values: [] };
  for (const { key, value } of objects(owner, 'attributes')) {
    if (typeof key !== 'string' || !wanted.has(key)) continue;
    const plain = valueFromAnyValue(asObject(value ?? {}, `the value of ${key}`));
    if (plain === undefined) continue;
    list.keys.push(key);
    list.values.push(plain);
  }
  return list;
}

function valueFromAnyValue(any: JsonObject): AttributeValue | undefined {
  if (typeof any.stringValue === 'string') return any.stringValue;
  if (typeof any.boolValue === 'boolean') return any.boolValue;
  if (isPresent(any.intValue)) return integer(any.intValue);
  if (isPresent(any.doubleValue)) return double(any.doubleValue);
  return undefined;
}

function integer(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return Number(value);
  throw new MalformedRequestError(`expected a whole number as intValue, got ${shown(value)}`);
}

function double(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  if (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))) return Number(value);
  throw new MalformedRequestError(`expected a number as doubleValue, got ${shown(value)}`);
}

/** Epoch nanoseconds to whole microseconds; 0 where absent, or past what a double holds. A string loses no digit. */
function microsFromNanos(nanos: unknown, field: string): number {
  if (!isPresent(nanos)) return 0;
  const text = typeof nanos === 'number' && nanos >= 0 && Number.isInteger(nanos) ? BigInt(nanos).toString() : nanos;
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) {
    throw new MalformedRequestError(`expected nanoseconds as ${field}, got ${shown(nanos)}`);
  }
  const micros = Number(text.slice(0, -3));
  return Number.isSafeInteger(micros) ? micros : 0;
}

/** Lower-case hex, or '' where it is no id of that many digits, or the invalid id of all zeros. */
function hexId(id: unknown, digits: number): string {
  if (typeof id !== 'string' || id.length !== digits || !/^[\da-f]+$/i.test(id) || /^0+$/.test(id)) return '';
  return id.toLowerCase();
}

function objects(owner: JsonObject, field: string): JsonObject[] {
  const list = owner[field] ?? [];
  if (!Array.isArray(list)) throw new MalformedRequestError(`expected an array as ${field}, got ${shown(list)}`);
  for (const item of list) asObject(item, `an item of ${field}`);
  return list;
}

function objectIn(owner: JsonObject, field: string): JsonObject {
  return asObject(owner[field] ?? {}, field);
}

function asObject(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new MalformedRequestError(`expected an object as ${what}, got ${shown(value)}`);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A value as an error shows it: its type where it is long or nested, so that the message stays short. */
function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return String(JSON.stringify(value)).slice(0, 40);
}
