import { SPAN_CLOSE, SPAN_CONNECT, SPAN_DRAIN, SPAN_RECONNECT } from '@closewatch/instrumentation/attributes';
import fc from 'fast-check';
import { COLUMNS } from '../columns.ts';
import { type OtelSpan, otelSpan } from './otel-span.ts';

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
const wireNames = COLUMNS.flatMap(column => column.attribute ?? []);
/** No infinities: OpenTelemetry's JSON serializer writes them as null. */
const attributeValue = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
  fc.boolean(),
  fc.constantFrom('client', 'server', 'local', 'gzip', 'invalid_utf8', '', '1007'),
);

/** Spans of ours and others, with attributes of ours that hold what they should, or anything else. */
export const anyOtelSpan: fc.Arbitrary<OtelSpan> = fc
  .record({
    name: fc.constantFrom(SPAN_CONNECT, SPAN_CLOSE, SPAN_RECONNECT, SPAN_DRAIN, 'GET /'),
    traceId: hex(32),
    spanId: hex(16),
    parentSpanId: fc.option(hex(16), { nil: undefined }),
    kind: fc.integer({ min: 0, max: 4 }),
    startTime: fc.tuple(fc.integer({ min: 0, max: 4e9 }), fc.integer({ min: 0, max: 999_999_999 })),
    status: fc.integer({ min: 0, max: 2 }),
    attributes: fc.dictionary(fc.constantFrom(...wireNames), attributeValue, { maxKeys: 12 }),
    links: fc.array(fc.record({ traceId: hex(32), spanId: hex(16) }), { maxLength: 3 }),
  })
  .map(({ parentSpanId, ...fields }) => otelSpan({ ...fields, ...(parentSpanId !== undefined && { parentSpanId }) }));
/** What one request may hold. */
export const anyOtelSpans = fc.array(anyOtelSpan, { minLength: 1, maxLength: 4 });
