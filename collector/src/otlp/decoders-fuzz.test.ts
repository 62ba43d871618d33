import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newIngestTally } from '../ingest-tally.ts';
import { anyOtelSpans } from '../testdata/any-otel-span.ts';
import type { OtelSpan } from '../testdata/otel-span.ts';
import { closeEventsFromSpans } from './close-events-from-spans.ts';
import { MalformedRequestError, type TraceRequest } from './trace-request.ts';
import { traceRequestFromJson } from './trace-request-from-json.ts';
import { traceRequestFromProtobuf } from './trace-request-from-protobuf.ts';

/** True when the input is a request whose events can be made, false when it is refused in the one way allowed. */
function isTaken(decode: () => TraceRequest): boolean {
  try {
    closeEventsFromSpans(decode(), 1_795_428_000_000, newIngestTally());
    return true;
  } catch (error) {
    if (error instanceof MalformedRequestError) return false;
    throw error;
  }
}

const protobuf = (spans: OtelSpan[]) => Buffer.from(ProtobufTraceSerializer.serializeRequest(spans)!);
const json = (spans: OtelSpan[]) => Buffer.from(JsonTraceSerializer.serializeRequest(spans)!).toString();

describe('both decoders, on anything', () => {
  it('make the same events of what OpenTelemetry serializes, whatever the spans hold', () => {
    fc.assert(
      fc.property(anyOtelSpans, spans => {
        const tallies = [newIngestTally(), newIngestTally()] as const;
        const fromProtobuf = closeEventsFromSpans(traceRequestFromProtobuf(protobuf(spans)), 2e12, tallies[0]);
        const fromJson = closeEventsFromSpans(traceRequestFromJson(json(spans)), 2e12, tallies[1]);
        expect(fromProtobuf).toEqual(fromJson);
        expect(tallies[0]).toEqual(tallies[1]);
        const { notRelevant, unusable } = tallies[0];
        const dropped = Object.values(unusable).reduce((sum, count) => sum + count, notRelevant);
        expect(fromProtobuf.length + dropped).toBe(spans.length);
      }),
      { numRuns: 500 },
    );
  });

  it('take or refuse random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        isTaken(() => traceRequestFromProtobuf(Buffer.from(bytes)));
        isTaken(() => traceRequestFromJson(Buffer.from(bytes).toString()));
      }),
      { numRuns: 3_000 },
    );
  });

  it('take or refuse a request of which bytes are changed, cut or doubled', () => {
    const change = fc.record({ at: fc.nat(), cut: fc.nat({ max: 3 }), insert: fc.uint8Array({ maxLength: 3 }) });
    let refused = 0;
    fc.assert(
      fc.property(anyOtelSpans, fc.array(change, { minLength: 1, maxLength: 4 }), (spans, changes) => {
        for (const [decode, whole] of [
          [traceRequestFromProtobuf, protobuf(spans)],
          [(bytes: Buffer) => traceRequestFromJson(bytes.toString()), Buffer.from(json(spans))],
        ] as const) {
          const changed = changes.reduce((bytes, { at, cut, insert }) => {
            const offset = at % (bytes.length + 1);
            return Buffer.concat([bytes.subarray(0, offset), insert, bytes.subarray(offset + cut)]);
          }, whole);
          if (!isTaken(() => decode(changed))) refused += 1;
        }
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(0);
  });

  it('take or refuse JSON in which any value may stand in any place', () => {
    const keys = [
      'name',
      'traceId',
      'spanId',
      'startTimeUnixNano',
      'status',
      'links',
      'attributes',
      'key',
      'value',
      'code',
    ];
    const shapes = fc.letrec(tie => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('websocket.close', 'url.path', null, -1, 2 ** 70, 1.5, ''),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...keys, 'intValue', 'doubleValue', 'stringValue'), tie('any'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(shapes.any), spans => {
        const text = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
        isTaken(() => traceRequestFromJson(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuse nesting of any depth without exhausting the stack', () => {
    expect(isTaken(() => traceRequestFromJson('['.repeat(5_000_000)))).toBe(false);
    expect(isTaken(() => traceRequestFromJson(`{"a":${'['.repeat(63)}${']'.repeat(63)}}`))).toBe(true);
    expect(isTaken(() => traceRequestFromJson(`{"a":${'['.repeat(64)}${']'.repeat(64)}}`))).toBe(false);
    expect(isTaken(() => traceRequestFromProtobuf(Buffer.alloc(5_000_000, 0x0b)))).toBe(false);
  });

  it('refuse JSON of nothing but brackets, and take the smallest attributes in any number', () => {
    const list = (item: string) =>
      `{"resourceSpans":[{"resource":{"attributes":[${`${item},`.repeat(9_999)}${item}]}}]}`;
    expect(isTaken(() => traceRequestFromJson(list('{}')))).toBe(false);
    expect(isTaken(() => traceRequestFromJson(list('{"key":"","value":{}}')))).toBe(true);
  });
});
