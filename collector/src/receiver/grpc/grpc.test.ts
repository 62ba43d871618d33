import { once } from 'node:events';
import { connect } from 'node:net';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import protobuf from 'protobufjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Store } from '../../store.ts';
import { otelSpan } from '../../testdata/otel-span.ts';
import { type RunningCollector, runCollector } from '../../testdata/running-collector.ts';
import type { CollectorOptions } from '../collector-options.ts';

const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const MIB = 1024 * 1024;
/** grpc-js' own option: 2 is gzip, 1 deflate. */
const COMPRESSED = { 'grpc.default_compression_algorithm': 2 };

/** google.rpc.Status with RetryInfo in its details. Source: googleapis, google/rpc/status.proto and error_details.proto. */
const { Status, RetryInfo } = protobuf.parse(
  `syntax = "proto3";
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Any { string type_url = 1; bytes value = 2; }
  message RetryInfo { Duration retry_delay = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }`,
  { keepCase: true },
).root as unknown as Record<string, protobuf.Type>;

let running: RunningCollector;
const clients: Client[] = [];
async function run(options: Partial<CollectorOptions> = {}): Promise<RunningCollector> {
  running = await runCollector({ grpcPort: 0, ...options });
  return running;
}
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await running.stop();
});

interface Answer {
  code: number;
  details: string;
  message: Buffer | undefined;
  metadata?: Metadata;
}

function clientOf(options: object = {}): Client {
  const client = new Client(running.grpcAddress, credentials.createInsecure(), options);
  clients.push(client);
  return client;
}

function call(body: Uint8Array, client = clientOf(), metadata = new Metadata(), path = TRACES): Promise<Answer> {
  const raw = (bytes: Buffer) => bytes;
  return new Promise(resolve =>
    client.makeUnaryRequest(path, raw, raw, Buffer.from(body), metadata, (error: ServiceError | null, message) =>
      resolve(error === null ? { code: status.OK, details: '', message } : { ...error, message: undefined }),
    ),
  );
}

function requestOf(serials: readonly number[], attributes: object = { 'websocket.close.code': 1007 }): Uint8Array {
  const spans = serials.map(serial =>
    otelSpan({
      name: 'websocket.close',
      spanId: serial.toString(16).padStart(16, '0'),
      attributes: attributes as Record<string, string>,
    }),
  );
  return ProtobufTraceSerializer.serializeRequest(spans)!;
}

function retrySecondsOf({ metadata }: Answer): number {
  const [bytes] = metadata!.get('grpc-status-details-bin');
  const [detail] = Status!.toObject(Status!.decode(bytes as Buffer)).details;
  expect(detail.type_url).toBe('type.googleapis.com/google.rpc.RetryInfo');
  return Number(RetryInfo!.toObject(RetryInfo!.decode(detail.value)).retry_delay.seconds);
}

describe('OTLP/gRPC', () => {
  it.each([0, 1, 2])(
    'stores what a client sends with compression %i, and answers after the commit',
    async algorithm => {
      const { store, collector } = await run();
      const answer = await call(requestOf([1, 2]), clientOf({ 'grpc.default_compression_algorithm': algorithm }));
      expect(answer).toEqual({ code: status.OK, details: '', message: Buffer.alloc(0) });
      expect((await store.readEventsAfter(0, 10)).events.map(event => event.code)).toEqual([1007, 1007]);
      expect(collector.counters.requests.grpc.accepted).toBe(1);
    },
  );

  it('takes an empty request', async () => {
    await run();
    expect((await call(Buffer.alloc(0))).code).toBe(status.OK);
  });

  it('says how many spans could not be used', async () => {
    await run();
    const { message } = await call(requestOf([1, 2], {}));
    expect(message?.toString('latin1')).toContain('could not be used: no_code 2');
  });

  it('answers INVALID_ARGUMENT to what is no request', async () => {
    const { collector } = await run();
    expect(await call(Buffer.from([0x0a, 0x7f, 0x01]))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('expected an OTLP request'),
    });
    expect(collector.counters.requests.grpc.malformed).toBe(1);
  });

  it('answers RESOURCE_EXHAUSTED past the limit, before and after decompression, and without RetryInfo', async () => {
    const { collector } = await run({ limits: { maxBodyBytes: 100_000 } });
    const bomb = Buffer.alloc(20 * MIB);
    for (const client of [clientOf(), clientOf(COMPRESSED)]) {
      const answer = await call(bomb, client);
      expect(answer.code).toBe(status.RESOURCE_EXHAUSTED);
      expect(answer.metadata?.get('grpc-status-details-bin')).toEqual([]);
    }
    expect(collector.counters.requests.grpc.tooLarge).toBe(2);
    expect((await call(requestOf([1]))).code).toBe(status.OK);
  });

  it('answers UNAVAILABLE with RetryInfo where the store fails, and takes the request when it is sent again', async () => {
    const failures = [new Error('disk full')];
    const { collector } = await run({
      store: storeThatAppends(async events => {
        const failure = failures.pop();
        if (failure !== undefined) throw failure;
        return { stored: events.rows, duplicates: 0 };
      }),
    });
    const answer = await call(requestOf([1]));
    expect(answer).toMatchObject({ code: status.UNAVAILABLE, details: 'the store could not commit: send again' });
    expect(retrySecondsOf(answer)).toBe(1);
    expect((await call(requestOf([1]))).code).toBe(status.OK);
    expect(collector.counters.requests.grpc).toMatchObject({ accepted: 1, unavailable: 1 });
  });

  it('answers UNAVAILABLE with RetryInfo under more than it can hold, over both protocols together', async () => {
    const commit = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { post, collector } = await run({
      limits: { maxHeldBytes: 3_000 },
      observe: phase => phase === 'commit_sent' && begun.resolve(),
      store: storeThatAppends(async events => {
        await commit.promise;
        return { stored: events.rows, duplicates: 0 };
      }),
    });
    const first = post(Buffer.from(requestOf([1])), { 'content-type': 'application/x-protobuf' });
    await begun.promise;
    const second = await call(requestOf([2, 3, 4, 5, 6, 7, 8, 9]));
    expect(second).toMatchObject({ code: status.UNAVAILABLE, details: 'too much is waiting for its commit' });
    expect(retrySecondsOf(second)).toBe(1);
    commit.resolve();
    expect((await first).status).toBe(200);
    expect(collector.counters.requests.grpc.overloaded).toBe(1);
  });

  it('bounds what compressed messages unpack to at once, together', async () => {
    const { collector } = await run({ limits: { maxBodyBytes: 4 * MIB, maxHeldBytes: 5 * MIB } });
    const client = clientOf(COMPRESSED);
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(Buffer.alloc(8 * MIB), client)));
    const codes = new Set(answers.map(answer => answer.code));
    expect([...codes].every(code => code === status.UNAVAILABLE || code === status.RESOURCE_EXHAUSTED)).toBe(true);
    const { tooLarge, overloaded } = collector.counters.requests.grpc;
    expect(tooLarge + overloaded).toBe(20);
    expect(overloaded).toBeGreaterThan(0);
    const [peak] = (await collector.metrics.getSingleMetric('closewatch_queue_peak_bytes')!.get()).values;
    expect(peak!.value).toBeLessThanOrEqual(5 * MIB);
    expect((await call(requestOf([1]), client)).code).toBe(status.OK);
  });

  it('answers UNIMPLEMENTED for another method, and counts it', async () => {
    const { collector } = await run();
    expect((await call(Buffer.alloc(0), clientOf(), new Metadata(), '/other.Service/Export')).code).toBe(
      status.UNIMPLEMENTED,
    );
    expect(collector.counters.requests.grpc.misdirected).toBe(1);
  });

  it('closes connections past its cap, and counts them and what is no HTTP/2', async () => {
    const { grpcAddress, collector } = await run({ limits: { maxConnections: 1 } });
    const [host, port] = grpcAddress.split(':');
    const first = connect(Number(port), host);
    await once(first, 'connect');
    const second = connect(Number(port), host).on('error', () => undefined);
    await once(second, 'close');
    expect(collector.counters.connections.grpc).toMatchObject({ accepted: 1, refused: 1 });
    first.end('GET / HTTP/1.1\r\n\r\n');
    await once(first.resume(), 'close');
    expect((await call(requestOf([1]))).code).toBe(status.OK);
  });

  it('answers what it has when it stops', async () => {
    const decoded = Promise.withResolvers<void>();
    const { collector } = await run({ groupMs: 60_000, observe: phase => phase === 'decoded' && decoded.resolve() });
    const answer = call(requestOf([1]));
    await decoded.promise;
    await collector.stop();
    expect((await answer).code).toBe(status.OK);
  });

  it('gives a caller that does not finish its message its time, and then ends the call', async () => {
    const { collector } = await run({ limits: { requestTimeoutMs: 50, headersTimeoutMs: 50 } });
    const stream = clientOf().makeClientStreamRequest(
      TRACES,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      () => undefined,
    );
    stream.write(Buffer.from(requestOf([1])));
    const [ended] = await once(stream, 'status');
    expect(ended.code).toBe(status.DEADLINE_EXCEEDED);
    expect(collector.counters.requests.grpc.incomplete).toBe(1);
  });
});

/** A store of which only the appends matter: what a test wants to happen in them. */
function storeThatAppends(appendEvents: Store['appendEvents']): Store {
  return { appendEvents, close: async () => undefined } as unknown as Store;
}
