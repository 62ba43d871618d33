import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { TextInterner } from '../batch/text-interner.ts';
import { newIngestTally } from '../ingest-tally.ts';
import { anyOtelSpans } from '../testdata/any-otel-span.ts';
import { decodedSpans, ENCODINGS, requestOf } from '../testdata/decoded.ts';
import { MalformedRequestError } from './malformed-request-error.ts';
import { type OtlpEncoding, RequestDecoder } from './request-decoder.ts';

const RECEIPT = { receivedAt: 2e12, trusted: true };
const [decoder, texts] = [new RequestDecoder(), new TextInterner()];

/** True when the input is a request whose events can be made, false when it is refused in the one way allowed. */
function isTaken(encoding: OtlpEncoding, body: Uint8Array | string): boolean {
  try {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    decoder.traces(encoding, bytes, new EventBatch(texts, 4), RECEIPT, newIngestTally());
    return true;
  } catch (error) {
    if (error instanceof MalformedRequestError) return false;
    throw error;
  }
}

describe('both decoders, on anything', () => {
  it('make the same events of what OpenTelemetry serializes, whatever the spans hold', () => {
    fc.assert(
      fc.property(anyOtelSpans, spans => {
        const [fromProtobuf, fromJson] = ENCODINGS.map(encoding => decodedSpans(encoding, spans));
        expect(fromProtobuf!.events).toEqual(fromJson!.events);
        expect(fromProtobuf!.tally).toEqual(fromJson!.tally);
        const { notRelevant, unusable } = fromProtobuf!.tally;
        const dropped = Object.values(unusable).reduce((sum, count) => sum + count, notRelevant);
        expect(fromProtobuf!.events.length + dropped).toBe(spans.length);
      }),
      { numRuns: 500 },
    );
  });

  it('take or refuse random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        for (const encoding of ENCODINGS) isTaken(encoding, bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  it('take or refuse a request of which bytes are changed, cut or doubled', () => {
    const change = fc.record({ at: fc.nat(), cut: fc.nat({ max: 3 }), insert: fc.uint8Array({ maxLength: 3 }) });
    let refused = 0;
    fc.assert(
      fc.property(anyOtelSpans, fc.array(change, { minLength: 1, maxLength: 4 }), (spans, changes) => {
        for (const encoding of ENCODINGS) {
          const whole = Buffer.from(requestOf(encoding, spans));
          const changed = changes.reduce((bytes, { at, cut, insert }) => {
            const offset = at % (bytes.length + 1);
            return Buffer.concat([bytes.subarray(0, offset), insert, bytes.subarray(offset + cut)]);
          }, whole);
          if (!isTaken(encoding, changed)) refused += 1;
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
        isTaken('json', text);
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuse nesting of any depth without exhausting the stack', () => {
    expect(isTaken('json', '['.repeat(5_000_000))).toBe(false);
    expect(isTaken('json', `{"a":${'['.repeat(63)}${']'.repeat(63)}}`)).toBe(true);
    expect(isTaken('json', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`)).toBe(false);
    expect(isTaken('protobuf', Buffer.alloc(5_000_000, 0x0b))).toBe(false);
  });

  it('refuse JSON of nothing but brackets, and take the smallest attributes in any number', () => {
    const list = (item: string) =>
      `{"resourceSpans":[{"resource":{"attributes":[${`${item},`.repeat(9_999)}${item}]}}]}`;
    expect(isTaken('json', list('{}'))).toBe(false);
    expect(isTaken('json', list('{"key":"","value":{}}'))).toBe(true);
  });
});
