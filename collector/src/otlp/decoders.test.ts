import { describe, expect, it } from 'vitest';
import { EventBatch } from '../batch/event-batch.ts';
import { newIngestTally } from '../ingest-tally.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { decoded, decodedSpans, ENCODINGS, requestOf } from '../testdata/decoded.ts';
import { jsonRequest, jsonSpan } from '../testdata/json-request.ts';
import { otelResource, otelSpan } from '../testdata/otel-span.ts';
import { MalformedRequestError } from './malformed-request-error.ts';
import { RequestDecoder } from './request-decoder.ts';

const TRACE = '5b8efff798038103d269b633813fc60c';
const RECEIPT = { receivedAt: TEN_O_CLOCK, trusted: true };
const CLOSE = { name: 'websocket.close', attributes: { 'websocket.close.code': 1000 } };

describe.each(ENCODINGS)('what OpenTelemetry serializes as %s', encoding => {
  it('is decoded with its ids, times, status, links and the attributes that have columns', () => {
    const span = otelSpan({
      name: 'websocket.close',
      spanId: '00f067aa0ba902b7',
      parentSpanId: 'ffffffffffffffff',
      kind: 2,
      startTime: [1_795_428_000, 123_456_789],
      endTime: [1_795_428_001, 999_999_999],
      status: 2,
      links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16) }],
      attributes: {
        'websocket.close.code': 1007,
        'websocket.close.clean': false,
        'websocket.connection.duration': 0.25,
        'url.path': '/rooms/ä',
        'websocket.payload.offset': 0,
        'websocket.payload.signature': 'gzip',
        'websocket.connection.id': 'b7ad6b7169203331',
        'messaging.system': 'no column',
      },
      resource: otelResource({ 'service.name': 'gateway', 'process.pid': 4711, 'service.version': '1.8.2' }),
    });
    const { events, tally } = decodedSpans(encoding, [span]);
    expect(events).toEqual([
      closeEvent(1, {
        traceId: TRACE,
        spanId: '00f067aa0ba902b7',
        parentSpanId: 'ffffffffffffffff',
        linkedTraceId: 'f'.repeat(32),
        linkedSpanId: 'e'.repeat(16),
        role: 'client',
        startedAt: 1_795_428_000_123.456,
        endedAt: 1_795_428_001_999.999,
        receivedAt: TEN_O_CLOCK,
        failed: true,
        serviceVersion: '1.8.2',
        connectionId: 'b7ad6b7169203331',
        urlPath: '/rooms/ä',
        code: 1007,
        clean: false,
        connectionDuration: 0.25,
        payloadOffset: 0,
        payloadSignature: 'gzip',
      }),
    ]);
    expect(tally).toEqual(newIngestTally());
  });

  it('keeps numbers exact at the edges of what a double holds, and refuses what is out of range', () => {
    const values = [-1, 0, 127, 128, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -(2 ** 53 - 1)];
    const spans = values.map(value =>
      otelSpan({ name: 'websocket.drain', attributes: { 'websocket.drain.connections': value } }),
    );
    const { events, tally } = decodedSpans(encoding, spans);
    expect(events.map(event => event.drainConnections)).toEqual(values.map(value => (value < 0 ? null : value)));
    expect(tally.valuesRefused).toBe(2);
  });

  it('keeps resources apart', () => {
    const resource = (name: string) => otelResource({ 'service.name': name });
    const { events, tally } = decodedSpans(encoding, [
      otelSpan({ name: 'websocket.connect', resource: resource('a') }),
      otelSpan({ name: 'GET /', resource: resource('b') }),
      otelSpan({ name: 'websocket.drain', resource: resource('c') }),
    ]);
    expect(tally.notRelevant).toBe(1);
    expect(events.map(({ service, kind }) => [service, kind])).toEqual([
      ['a', 'connect'],
      ['c', 'drain'],
    ]);
  });

  it('decodes a request of many spans whose texts repeat', () => {
    const ids = Array.from({ length: 2_000 }, (_, serial) => `client-${serial % 50}`);
    const spans = ids.map(id => otelSpan({ ...CLOSE, attributes: { ...CLOSE.attributes, 'websocket.client.id': id } }));
    expect(decodedSpans(encoding, spans).events.map(event => event.clientId)).toEqual(ids);
  });

  it('counts what is refused or cut in every span, also where the span before had the very same', () => {
    const attributes = { ...CLOSE.attributes, 'server.port': -1, 'url.path': 'x'.repeat(2_000), 'session.id': 'same' };
    const { events, tally } = decodedSpans(encoding, [
      otelSpan({ ...CLOSE, attributes }),
      otelSpan({ ...CLOSE, attributes }),
    ]);
    expect(tally).toMatchObject({ valuesRefused: 2, valuesCut: 2 });
    expect(events[1]).toEqual(events[0]);
  });

  it('keeps apart spans that have the same keys and other values, or other keys in their places', () => {
    const values: Record<string, string | number>[] = [
      { 'websocket.close.code': 1000, 'url.path': '/a', 'server.port': 1 },
      { 'websocket.close.code': 1001, 'url.path': '/b', 'server.port': 70_000 },
      { 'websocket.close.code': 1001, 'url.path': '', 'server.port': 1 },
      { 'websocket.close.code': 1001, 'url.scheme': 'a', 'server.port': 1, 'url.path': '/b' },
      { 'url.path': '/b', 'websocket.close.code': 1001 },
    ];
    const { events } = decodedSpans(
      encoding,
      values.map(attributes => otelSpan({ name: 'websocket.close', attributes })),
    );
    expect(events.map(({ code, urlPath, urlScheme, serverPort }) => [code, urlPath, urlScheme, serverPort])).toEqual([
      [1000, '/a', null, 1],
      [1001, '/b', null, null],
      [1001, null, null, 1],
      [1001, '/b', 'a', 1],
      [1001, '/b', null, null],
    ]);
  });

  it('follows batches from one interner to the next', () => {
    const decoder = new RequestDecoder();
    const body = requestOf(encoding, [otelSpan(CLOSE)]);
    const batches = [new EventBatch(), new EventBatch()] as const;
    for (const batch of [batches[0], batches[1], batches[0]]) {
      decoder.traces(encoding, body, batch, RECEIPT, newIngestTally());
    }
    expect(batches.map(batch => batch.rows)).toEqual([2, 1]);
    expect(batches[0].eventAt(1)).toEqual(batches[1].eventAt(0));
  });

  it('leaves a batch as it was where the request proves malformed half way', () => {
    const decoder = new RequestDecoder();
    const batch = new EventBatch();
    const body = requestOf(encoding, [otelSpan(CLOSE)]);
    decoder.traces(encoding, body, batch, RECEIPT, newIngestTally());
    const before = batch.events();
    const more =
      encoding === 'protobuf' ? Buffer.concat([body, Buffer.from('0a05', 'hex')]) : Buffer.from(brokenJson());
    expect(() => decoder.traces(encoding, more, batch, RECEIPT, newIngestTally())).toThrow(MalformedRequestError);
    expect(batch.events()).toEqual(before);
  });

  it('succeeds on an empty request', () => {
    const body = encoding === 'protobuf' ? Buffer.alloc(0) : '{}';
    expect(decoded(encoding, body)).toMatchObject({ events: [], tally: newIngestTally() });
  });
});

function brokenJson(): string {
  return jsonRequest([jsonSpan(), jsonSpan({ startTimeUnixNano: 'noon' })]);
}
