import { TEN_O_CLOCK } from './close-event.ts';

interface JsonAttribute {
  key: string;
  value: object;
}

/** Attributes in OTLP's JSON; a list is an array of strings. */
export function jsonAttributes(attributes: Record<string, unknown>): JsonAttribute[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return Number.isSafeInteger(value)
    ? { intValue: String(value) }
    : { doubleValue: Number.isNaN(value) ? 'NaN' : value };
}

/** A server's close with the code 1000 at TEN_O_CLOCK in OTLP's JSON; the fields given replace its own, attributes are added. */
export function jsonSpan(fields: object = {}, attributes: Record<string, unknown> = {}) {
  return {
    name: 'websocket.close',
    kind: 2,
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    startTimeUnixNano: `${TEN_O_CLOCK}000000`,
    endTimeUnixNano: `${TEN_O_CLOCK}000000`,
    ...fields,
    attributes: jsonAttributes({ 'websocket.close.code': 1000, ...attributes }),
  };
}

/** An ExportTraceServiceRequest of one resource. */
export function jsonRequest(spans: object[], resource: Record<string, unknown> = {}): string {
  const resourceSpans = [{ resource: { attributes: jsonAttributes(resource) }, scopeSpans: [{ spans }] }];
  return JSON.stringify({ resourceSpans });
}
