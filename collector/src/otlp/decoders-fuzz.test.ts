import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { TextInterner } from '../batch/text-interner.ts';
import { newIngestTally } from '../ingest-tally.ts';
import { anyOtelSpans } from '../testdata/any-otel-span.ts';
import { type AnyRequest, anyRequest, isTaken } from '../testdata/any-request.ts';
import { decoded, decodedSpans, ENCODINGS } from '../testdata/decoded.ts';
import { RequestDecoder } from './request-decoder.ts';

/** `npm run test:faults` asks for more. */
const RUNS = Number(process.env.CLOSEWATCH_FUZZ_RUNS ?? 4_000);

const [decoder, texts] = [new RequestDecoder(), new TextInterner()];

/** One decoder takes them all, so that what one request leaves behind would show in the next. */
function isTakenByOne({ signal, encoding, body }: AnyRequest): boolean {
  const receipt = { receivedAt: 2e12, trusted: true };
  return isTaken(() => decoder[signal](encoding, body, new EventBatch(texts, 4), receipt, newIngestTally()));
}

const traces = (encoding: AnyRequest['encoding'], body: string | Buffer) =>
  isTakenByOne({ signal: 'traces', encoding, body: Buffer.from(body) });

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

  it(`take or refuse ${RUNS} requests, and nothing else happens`, { timeout: 600_000 }, () => {
    const fates = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(anyRequest, request => {
        fates[isTakenByOne(request) ? 'taken' : 'refused'] += 1;
      }),
      { numRuns: RUNS },
    );
    expect(fates.taken).toBeGreaterThan(RUNS / 10);
    expect(fates.refused).toBeGreaterThan(RUNS / 10);
  });

  it('give the same rows for the same request, whatever was decoded before', () => {
    fc.assert(
      fc.property(fc.array(anyRequest, { maxLength: 3 }), anyOtelSpans, (before, spans) => {
        for (const request of before) isTakenByOne(request);
        for (const encoding of ENCODINGS) {
          expect(decodedSpans(encoding, spans).events).toEqual(decodedSpans(encoding, spans, {}, decoder).events);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('refuse nesting of any depth without exhausting the stack', () => {
    expect(traces('json', '['.repeat(5_000_000))).toBe(false);
    expect(traces('json', `{"a":${'['.repeat(63)}${']'.repeat(63)}}`)).toBe(true);
    expect(traces('json', `{"a":${'['.repeat(64)}${']'.repeat(64)}}`)).toBe(false);
    expect(traces('protobuf', Buffer.alloc(5_000_000, 0x0b))).toBe(false);
  });

  it('refuse JSON with more names of fields than OTLP has, in one object or in many, before it is parsed', () => {
    const fields = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => `"n${from + index}" : 1`).join(',');
    const objects = Array.from({ length: 200 }, (_, index) => `{${fields(index * 10, index * 10 + 10)}}`);
    expect(traces('json', `{${fields(0, 999)}}`)).toBe(true);
    expect(() => decoded('json', `{${fields(0, 1_100)}}`)).toThrow('expected the fields of OTLP, got 1001 names');
    expect(() => decoded('json', `{"x":[${objects.join(',')}]}`)).toThrow('expected the fields of OTLP');
  });

  it('refuse JSON of nothing but brackets, and take the smallest attributes in any number', () => {
    const list = (item: string) =>
      `{"resourceSpans":[{"resource":{"attributes":[${`${item},`.repeat(9_999)}${item}]}}]}`;
    expect(traces('json', list('{}'))).toBe(false);
    expect(traces('json', list('{"key":"","value":{}}'))).toBe(true);
  });
});
