import { METRIC_CONNECTIONS_ACTIVE, SPAN_CLOSE } from '@closewatch/instrumentation/attributes';
import fc from 'fast-check';
import { MalformedRequestError } from '../otlp/malformed-request-error.ts';
import type { OtlpEncoding } from '../otlp/request-decoder.ts';
import { anyOtelSpans } from './any-otel-span.ts';
import { ENCODINGS, requestOf } from './decoded.ts';
import { jsonAttributes } from './json-request.ts';
import { protobufFromJson, type Signal } from './protobuf-from-json.ts';

/** Something that a sender may post, whatever it is. */
export interface AnyRequest {
  signal: Signal;
  encoding: OtlpEncoding;
  body: Buffer;
}

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];
const LEVELS = {
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
} as const;

function requestJson(signal: Signal, items: unknown[]): string {
  const [resourceItems, scopeItems, itemsName] = LEVELS[signal];
  const resource = { attributes: jsonAttributes({ 'service.name': 'gateway' }) };
  return JSON.stringify({ [resourceItems]: [{ resource, [scopeItems]: [{ [itemsName]: items }] }] });
}

const sent = fc.record({ signal: fc.constantFrom(...SIGNALS), encoding: fc.constantFrom(...ENCODINGS) });
const nanos = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const attributes = fc
  .dictionary(
    fc.constantFrom('websocket.close.code', 'websocket.role', 'ws.close.code', 'url.full', 'url.path', 'other'),
    fc.oneof(
      fc.constantFrom<unknown>('client', 1007, 'wss://a.example/b?c', ['x'], 1.5, true),
      fc.string(),
      fc.integer(),
    ),
  )
  .map(jsonAttributes);
const hex = fc.uint8Array({ minLength: 0, maxLength: 17 }).map(bytes => Buffer.from(bytes).toString('hex'));
const logRecord = fc.record({ timeUnixNano: nanos, attributes, traceId: hex, spanId: hex, eventName: fc.string() });
const point = fc.record({
  timeUnixNano: nanos,
  attributes,
  asInt: fc.integer().map(String),
  flags: fc.nat({ max: 3 }),
});
const metric = fc.record({
  name: fc.constantFrom(METRIC_CONNECTIONS_ACTIVE, 'other'),
  sum: fc.record({ dataPoints: fc.array(point, { maxLength: 3 }), aggregationTemporality: fc.nat({ max: 3 }) }),
});

/** Requests as they should be. */
const proper: fc.Arbitrary<AnyRequest> = fc.oneof(
  fc.record({ spans: anyOtelSpans, encoding: fc.constantFrom(...ENCODINGS) }).map(({ spans, encoding }) => ({
    signal: 'traces' as const,
    encoding,
    body: Buffer.from(requestOf(encoding, spans)),
  })),
  fc
    .tuple(
      fc.oneof(
        fc.array(logRecord, { maxLength: 4 }).map(items => ['logs', items] as const),
        fc.array(metric, { maxLength: 4 }).map(items => ['metrics', items] as const),
      ),
      fc.constantFrom(...ENCODINGS),
    )
    .map(([[signal, items], encoding]) => {
      const json = requestJson(signal, items);
      const body = encoding === 'json' ? Buffer.from(json) : Buffer.from(protobufFromJson(signal, json));
      return { signal, encoding, body };
    }),
);

const change = fc.record({ at: fc.nat(), cut: fc.nat({ max: 3 }), insert: fc.uint8Array({ maxLength: 3 }) });

/** Of those, some bytes changed, cut or doubled. */
const damaged = fc.tuple(proper, fc.array(change, { minLength: 1, maxLength: 4 })).map(([request, changes]) => ({
  ...request,
  body: changes.reduce((bytes, { at, cut, insert }) => {
    const offset = at % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, offset), insert, bytes.subarray(offset + cut)]);
  }, request.body),
}));

const randomBytes = fc
  .tuple(sent, fc.uint8Array({ maxLength: 200 }))
  .map(([request, bytes]) => ({ ...request, body: Buffer.from(bytes) }));

const KEYS = [
  ...[
    'name',
    'kind',
    'traceId',
    'spanId',
    'startTimeUnixNano',
    'timeUnixNano',
    'traceState',
    'status',
    'links',
    'events',
  ],
  ...['attributes', 'key', 'value', 'code', 'intValue', 'doubleValue', 'stringValue', 'boolValue', 'arrayValue'],
  ...['sum', 'gauge', 'dataPoints', 'asInt', 'asDouble', 'flags', 'aggregationTemporality'],
];
const shape = fc.letrec(tie => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(
      SPAN_CLOSE,
      METRIC_CONNECTIONS_ACTIVE,
      'ws.close.code',
      'url.path',
      null,
      -1,
      2 ** 70,
      1.5,
      '',
    ),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('any'), { maxKeys: 4 }),
  ),
})).any;

/** JSON in which any value may stand in any place. */
const misshapen = fc
  .tuple(fc.constantFrom(...SIGNALS), fc.array(shape, { maxLength: 4 }))
  .map(([signal, items]) => ({ signal, encoding: 'json' as const, body: Buffer.from(requestJson(signal, items)) }));

/** Proper and damaged requests, random bytes, and JSON of any shape, of all signals and in both encodings. */
export const anyRequest: fc.Arbitrary<AnyRequest> = fc.oneof(proper, damaged, damaged, randomBytes, misshapen);

/** True when `decode` takes the request, false when it refuses it in the one way allowed. Any other error is thrown on. */
export function isTaken(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    if (error instanceof MalformedRequestError) return false;
    throw error;
  }
}
