import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
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

describe('OTLP JSON', () => {
  const eventOf = (span: object) => decoded('json', jsonRequest([{ ...jsonSpan(), ...span }])).events[0];

  it('takes ids in any case, and times as strings or numbers', () => {
    const upper = { traceId: TRACE.toUpperCase(), spanId: 'EEE19B7EC3C1B174', parentSpanId: 'EEE19b7ec3c1b175' };
    const times = { startTimeUnixNano: '1544712660000001999', endTimeUnixNano: 1_544_712_661_000_000_000 };
    expect(eventOf({ ...upper, ...times })).toMatchObject({
      traceId: TRACE,
      spanId: 'eee19b7ec3c1b174',
      parentSpanId: 'eee19b7ec3c1b175',
      startedAt: 1_544_712_660_000.001,
      endedAt: 1_544_712_661_000,
    });
  });

  it('takes 64-bit integers as strings or numbers, and ignores unknown fields and nulls', () => {
    const attributes = [
      { key: 'websocket.close.code', value: { intValue: '1012' }, unknown: {} },
      { key: 'websocket.close.code_sent', value: { intValue: 1012 } },
      { key: 'websocket.close.reason', value: null },
      { key: 'websocket.connection.duration', value: { doubleValue: '1.5' } },
    ];
    expect(eventOf({ attributes, links: null, status: null, more: [[]] })).toMatchObject({
      code: 1012,
      codeSent: 1012,
      reason: null,
      connectionDuration: 1.5,
    });
  });

  it('takes an id of zeros, of another length or of other characters for none', () => {
    const spans = [{ traceId: '0'.repeat(32) }, { traceId: 'abc' }, { spanId: 'xyz19b7ec3c1b174' }, { spanId: 5 }];
    const { events, tally } = decoded('json', jsonRequest(spans.map(span => ({ ...jsonSpan(), ...span }))));
    expect([events.length, tally.unusable.invalid_ids]).toEqual([0, 4]);
    expect(eventOf({ parentSpanId: '0'.repeat(16) })?.parentSpanId).toBeNull();
  });

  it('takes bytes that are not UTF-8 with U+FFFD in their place', () => {
    const body = Buffer.from(jsonRequest([jsonSpan({}, { 'url.path': '/a?b' })]));
    body[body.indexOf('?')] = 0xff;
    expect(decoded('json', body).events[0]?.urlPath).toBe('/a\ufffdb');
  });

  it.each([
    ['a number', '12', 'expected an object as the request, got 12'],
    ['nothing', '', 'expected JSON, got Unexpected end of JSON input'],
    [
      'spans that are no list',
      '{"resourceSpans":[{"scopeSpans":{}}]}',
      'expected an array as scopeSpans, got an object',
    ],
    ['an item that is no object', '{"resourceSpans":[7]}', 'expected an object as an item of resourceSpans, got 7'],
    ['a time that is no number', brokenJson(), 'expected nanoseconds as startTimeUnixNano, got "noon"'],
  ])('refuses %s, and says what it expected', (_, json, message) => {
    expect(() => decoded('json', json)).toThrow(message);
  });
});

const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]);

/** A message field: its tag, its length and what is in it. */
const field = (number: number, ...parts: (Uint8Array | string)[]): Buffer => {
  const content = Buffer.concat(parts.map(part => Buffer.from(part as string)));
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content]);
};
const attribute = (number: number, key: string, value: Uint8Array) => field(number, field(1, key), field(2, value));
const fixed64 = (number: number) =>
  Buffer.concat([Buffer.from([(number << 3) | 1]), Buffer.from('00c06e31d9d9ea18', 'hex')]);

describe('OTLP protobuf', () => {
  const name = field(5, 'websocket.close');
  const code = attribute(9, 'websocket.close.code', Buffer.from([0x18, 0xe8, 0x07]));
  const rest = [
    field(1, Buffer.alloc(16, 1)),
    field(2, Buffer.alloc(8, 2)),
    Buffer.from([0x30, 2]),
    fixed64(7),
    fixed64(8),
  ];

  it('skips unknown fields of every wire type, groups included', () => {
    const fields = ['980601', '99060102030405060708', '9a06020102', '9b069806019c06', '9d0601020304'];
    const unknown = Buffer.from(fields.join(''), 'hex');
    const span = Buffer.from(ProtobufTraceSerializer.serializeRequest([otelSpan(CLOSE)])!);
    expect(decoded('protobuf', Buffer.concat([unknown, span, unknown])).events).toHaveLength(1);
  });

  it('reads a name that comes after the attributes, and a resource that comes after its spans', () => {
    const path = attribute(9, 'url.path', field(1, '/a'));
    const scope = field(2, field(2, path, code, ...rest, name));
    const resource = field(1, attribute(1, 'service.name', field(1, 'gateway')));
    const { events } = decoded('protobuf', field(1, scope, resource));
    expect(events).toMatchObject([{ urlPath: '/a', code: 1000, service: 'gateway', role: 'server' }]);
  });

  it('takes a text that is not UTF-8 with U+FFFD in its place', () => {
    const path = attribute(9, 'url.path', field(1, Uint8Array.of(0x2f, 0xff, 0x62)));
    const { events } = decoded('protobuf', field(1, field(2, field(2, name, code, path, ...rest))));
    expect(events[0]?.urlPath).toBe('/\ufffdb');
  });

  it.each([
    ['a varint that never ends', 'ffffffffffffffffffffff'],
    ['a field number of zero', '0201'],
    ['a field that is longer than the rest', '0a05'],
    ['a group that is not closed', '0b'],
    ['the end of a group that was not opened', '0c'],
    ['an unused wire type', '0f'],
  ])('refuses %s', (_, hex) => {
    expect(() => decoded('protobuf', Buffer.from(hex, 'hex'))).toThrow(
      'expected an OTLP request in protobuf, but at byte',
    );
  });
});
