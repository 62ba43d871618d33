import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { describe, expect, it } from 'vitest';
import { type OtelSpan, otelResource, otelSpan } from '../testdata/otel-span.ts';
import type { TraceRequest } from './trace-request.ts';
import { traceRequestFromJson } from './trace-request-from-json.ts';
import { traceRequestFromProtobuf } from './trace-request-from-protobuf.ts';

const TRACE = '5b8efff798038103d269b633813fc60c';

const decoders: [string, (spans: OtelSpan[]) => TraceRequest][] = [
  ['protobuf', spans => traceRequestFromProtobuf(Buffer.from(ProtobufTraceSerializer.serializeRequest(spans)!))],
  ['JSON', spans => traceRequestFromJson(Buffer.from(JsonTraceSerializer.serializeRequest(spans)!).toString())],
];

describe.each(decoders)('what OpenTelemetry serializes as %s', (_, decode) => {
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
        'messaging.system': 'no column',
        'websocket.client.id': ['an', 'array'],
      },
      resource: otelResource({ 'service.name': 'gateway', 'process.pid': 4711, 'service.version': '1.8.2' }),
    });
    expect(decode([span])).toEqual({
      notRelevant: 0,
      resources: [
        {
          resource: { keys: ['service.name', 'service.version'], values: ['gateway', '1.8.2'] },
          spans: [
            {
              kind: 'close',
              spanKind: 3,
              traceId: TRACE,
              spanId: '00f067aa0ba902b7',
              parentSpanId: 'ffffffffffffffff',
              startMicros: 1_795_428_000_123_456,
              endMicros: 1_795_428_001_999_999,
              failed: true,
              links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16) }],
              attributes: {
                keys: [
                  'websocket.close.code',
                  'websocket.close.clean',
                  'websocket.connection.duration',
                  'url.path',
                  'websocket.payload.offset',
                ],
                values: [1007, false, 0.25, '/rooms/ä', 0],
              },
            },
          ],
        },
      ],
    });
  });

  it('keeps numbers exact at the edges of what a double holds', () => {
    const values = [-1, 127, 128, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -(2 ** 53 - 1)];
    const spans = values.map(value => otelSpan({ name: 'websocket.close', attributes: { 'server.port': value } }));
    const decoded = decode(spans).resources.flatMap(({ spans }) => spans.map(span => span.attributes.values[0]));
    expect(decoded).toEqual(values);
  });

  it('keeps resources apart, and leaves out those without a span of ours', () => {
    const resource = (name: string) => otelResource({ 'service.name': name });
    const request = decode([
      otelSpan({ name: 'websocket.connect', resource: resource('a') }),
      otelSpan({ name: 'GET /', resource: resource('b') }),
      otelSpan({ name: 'websocket.drain', resource: resource('c') }),
    ]);
    expect(request.notRelevant).toBe(1);
    expect(request.resources.map(({ resource: { values }, spans }) => [values[0], spans[0]?.kind])).toEqual([
      ['a', 'connect'],
      ['c', 'drain'],
    ]);
  });

  it('decodes a request of many spans whose texts repeat', () => {
    const spans = Array.from({ length: 500 }, (_, serial) =>
      otelSpan({ name: 'websocket.close', attributes: { 'websocket.client.id': `client-${serial % 50}` } }),
    );
    const decoded = decode(spans).resources[0]?.spans.map(span => span.attributes.values[0]);
    expect(decoded).toEqual(spans.map(span => span.attributes['websocket.client.id']));
  });
});

describe('OTLP JSON', () => {
  const request = (span: object) =>
    traceRequestFromJson(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }));
  const close = { name: 'websocket.close', traceId: TRACE, spanId: 'eee19b7ec3c1b174' };

  it('takes ids in any case, and times as strings or numbers', () => {
    const upper = { ...close, traceId: TRACE.toUpperCase(), startTimeUnixNano: '1544712660000001999' };
    const [span] = request({ ...upper, endTimeUnixNano: 1_544_712_661_000_000_000 }).resources[0]!.spans;
    expect(span).toMatchObject({
      traceId: TRACE,
      startMicros: 1_544_712_660_000_001,
      endMicros: 1_544_712_661_000_000,
    });
  });

  it('takes 64-bit integers as strings or numbers, and ignores unknown fields and nulls', () => {
    const attributes = [
      { key: 'websocket.close.code', value: { intValue: '1012' }, unknown: {} },
      { key: 'websocket.close.code_sent', value: { intValue: 1012 } },
      { key: 'websocket.close.reason', value: null },
      { key: 'websocket.connection.duration', value: { doubleValue: 'NaN' } },
    ];
    const [span] = request({ ...close, attributes, links: null, status: null, more: [[]] }).resources[0]!.spans;
    expect(span?.attributes).toEqual({
      keys: ['websocket.close.code', 'websocket.close.code_sent', 'websocket.connection.duration'],
      values: [1012, 1012, Number.NaN],
    });
  });

  it('takes an id of zeros, of another length or of other characters for none', () => {
    const [span] = request({ ...close, traceId: '0'.repeat(32), spanId: 'abc', parentSpanId: 'xyz19b7ec3c1b174' })
      .resources[0]!.spans;
    expect(span).toMatchObject({ traceId: '', spanId: '', parentSpanId: '' });
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
  ])('refuses %s, and says what it expected', (_, json, message) => {
    expect(() => traceRequestFromJson(json)).toThrow(message);
  });

  it('refuses a time that is no number', () => {
    expect(() => request({ ...close, startTimeUnixNano: 'noon' })).toThrow(
      'expected nanoseconds as startTimeUnixNano, got "noon"',
    );
  });
});

describe('OTLP protobuf', () => {
  it('succeeds on an empty request', () => {
    expect(traceRequestFromProtobuf(Buffer.alloc(0))).toEqual({ resources: [], notRelevant: 0 });
  });

  it('skips unknown fields of every wire type, groups included', () => {
    const fields = ['980601', '99060102030405060708', '9a06020102', '9b069806019c06', '9d0601020304'];
    const unknown = Buffer.from(fields.join(''), 'hex');
    const span = Buffer.from(ProtobufTraceSerializer.serializeRequest([otelSpan({ name: 'websocket.close' })])!);
    expect(traceRequestFromProtobuf(Buffer.concat([unknown, span, unknown])).resources).toHaveLength(1);
  });

  it('reads a name that comes after the attributes', () => {
    const attribute = Buffer.concat([
      Buffer.from([0x4a, 16, 0x0a, 8]),
      Buffer.from('url.path'),
      Buffer.from([0x12, 4, 0x0a, 2]),
      Buffer.from('/a'),
    ]);
    const name = Buffer.concat([Buffer.from([0x2a, 15]), Buffer.from('websocket.close')]);
    const span = Buffer.concat([attribute, name]);
    const scope = Buffer.concat([Buffer.from([0x12, span.length]), span]);
    const resource = Buffer.concat([Buffer.from([0x12, scope.length]), scope]);
    const request = traceRequestFromProtobuf(Buffer.concat([Buffer.from([0x0a, resource.length]), resource]));
    expect(request.resources[0]?.spans[0]?.attributes).toEqual({ keys: ['url.path'], values: ['/a'] });
  });

  it.each([
    ['a varint that never ends', 'ffffffffffffffffffffff'],
    ['a field number of zero', '0201'],
    ['a field that is longer than the rest', '0a05'],
    ['a group that is not closed', '0b'],
    ['the end of a group that was not opened', '0c'],
    ['an unused wire type', '0f'],
  ])('refuses %s', (_, hex) => {
    expect(() => traceRequestFromProtobuf(Buffer.from(hex, 'hex'))).toThrow('expected an ExportTraceServiceRequest');
  });
});
