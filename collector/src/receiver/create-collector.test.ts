import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { afterEach, describe, expect, it } from 'vitest';
import { otlpLinesFromEvents } from '../otlp/otlp-lines-from-events.ts';
import { APPEND_ROWS, type Store } from '../store.ts';
import { closeEvent, TEN_O_CLOCK } from '../testdata/close-event.ts';
import { jsonAttributes } from '../testdata/json-request.ts';
import { otelSpan } from '../testdata/otel-span.ts';
import { type RunningCollector, runCollector } from '../testdata/running-collector.ts';
import type { CollectorOptions, CollectorPhase } from './collector-options.ts';

/** A request with one close, number `serial`. */
function request(serial: number): string {
  const [line] = otlpLinesFromEvents([closeEvent(serial)]);
  return line as string;
}

const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const GZIP = { 'content-encoding': 'gzip' };

/** A store of which only the appends matter: what a test wants to happen in them. */
function storeThatAppends(appendEvents: Store['appendEvents']): Store {
  return { appendEvents, close: async () => undefined } as unknown as Store;
}

let running: RunningCollector;
async function run(options: Partial<CollectorOptions> = {}): Promise<RunningCollector> {
  running = await runCollector(options);
  return running;
}
afterEach(() => running.stop());

describe('a collector', () => {
  it('answers protobuf in protobuf and JSON in JSON, gzip or not, with an empty success', async () => {
    const { post, store } = await run();
    const spans = [otelSpan({ name: 'websocket.close', attributes: { 'websocket.close.code': 1007 } })];
    const protobuf = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans)!);
    const answers = [
      await post(protobuf, PROTOBUF),
      await post(gzipSync(protobuf), { ...PROTOBUF, ...GZIP }),
      await post(request(1), { 'content-type': 'Application/JSON; charset=utf-8' }),
      await post(gzipSync(request(2)), GZIP),
    ];
    const seen = answers.map(async answer => [answer.status, answer.headers.get('content-type'), await answer.text()]);
    expect(await Promise.all(seen)).toEqual([
      [200, 'application/x-protobuf', ''],
      [200, 'application/x-protobuf', ''],
      [200, 'application/json', '{}'],
      [200, 'application/json', '{}'],
    ]);
    const { events } = await store.readEventsAfter(0, 10);
    expect(events.map(event => event.code)).toEqual([1007, 1000, 1000]);
  });

  it('takes an empty request, in both encodings', async () => {
    const { post } = await run();
    expect((await post(Buffer.alloc(0), PROTOBUF)).status).toBe(200);
    expect((await post('{}')).status).toBe(200);
  });

  it('keeps the time of receipt by its own clock', async () => {
    const { post, store } = await run({ now: () => TEN_O_CLOCK + 1_234 });
    await post(request(1));
    expect((await store.readEventsAfter(0, 1)).events[0]?.receivedAt).toBe(TEN_O_CLOCK + 1_234);
  });

  it('groups requests that come together into one commit, and answers none before it', async () => {
    const phases: CollectorPhase[] = [];
    const { post, collector } = await run({ groupMs: 300, observe: phase => phases.push(phase) });
    const answers = await Promise.all([1, 2, 3].map(serial => post(request(serial))));
    expect(answers.map(answer => answer.status)).toEqual([200, 200, 200]);
    expect(collector.counters.commits).toEqual({ succeeded: 1, failed: 0 });
    const group = phases.slice(phases.indexOf('commit_begin'), phases.indexOf('answered'));
    expect(group).toEqual(['commit_begin', 'commit_sent', 'commit_end']);
    expect(phases.filter(phase => phase === 'decoded')).toHaveLength(3);
  });

  it('does not wait for more when a commit is large already', async () => {
    const { post, collector } = await run({ groupMs: 60_000 });
    const spans = Array.from({ length: APPEND_ROWS }, (_, serial) =>
      otelSpan({
        name: 'websocket.close',
        spanId: (serial + 1).toString(16).padStart(16, '0'),
        attributes: { 'websocket.close.code': 1000 },
      }),
    );
    const answer = await post(gzipSync(ProtobufTraceSerializer.serializeRequest(spans)!), { ...PROTOBUF, ...GZIP });
    expect(answer.status).toBe(200);
    expect(collector.counters.events.stored).toBe(APPEND_ROWS);
  });

  it('tells its listeners after each commit that stored something', async () => {
    const { post, collector } = await run();
    const told: number[] = [];
    const forget = collector.onCommit(({ stored }) => told.push(stored));
    collector.onCommit(() => {
      throw new Error('a listener must not cost a commit');
    });
    await post(request(1));
    await post(request(1));
    await post(request(2));
    forget();
    expect((await post(request(3))).status).toBe(200);
    expect(told).toEqual([1, 1]);
  });

  it('stores the points of the gauge with the events of their commit, before it answers', async () => {
    const { post, postMetrics, store, collector } = await run({ groupMs: 200 });
    const points = [3, 5].map(asInt => ({
      timeUnixNano: `${TEN_O_CLOCK + asInt}000000`,
      asInt,
      attributes: jsonAttributes({ 'websocket.role': 'server' }),
    }));
    const metrics = [{ name: 'websocket.connections.active', gauge: { dataPoints: points } }];
    const answers = await Promise.all([
      post(request(1)),
      postMetrics(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })),
    ]);
    expect(answers.map(answer => answer.status)).toEqual([200, 200]);
    expect((await store.readGauges(0, 10)).map(sample => sample.connections)).toEqual([3, 5]);
    expect(collector.counters).toMatchObject({ gauges: { stored: 2 }, events: { stored: 1 } });
    expect(collector.counters.commits.succeeded).toBe(1);
  });

  it('counts what it accepts and does not store', async () => {
    const { post, collector } = await run();
    const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
    const spans = [
      { ...span, name: 'GET /' },
      { ...span, name: 'websocket.close' },
    ];
    const answer = await post(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    expect(answer.status).toBe(200);
    expect(collector.counters.spans).toMatchObject({ notRelevant: 1, unusable: { no_times: 1 } });
    expect(collector.counters.commits.succeeded).toBe(0);
  });
});

describe('a collector whose store fails', () => {
  it('answers every request of the commit with 503 and Retry-After, and takes them when it is sent again', async () => {
    const failures = [new Error('disk full')];
    const { post, collector } = await run({
      groupMs: 200,
      store: storeThatAppends(async events => {
        const failure = failures.pop();
        if (failure !== undefined) throw failure;
        return { stored: events.rows, duplicates: 0 };
      }),
    });
    const refused = await Promise.all([post(request(1)), post(request(2))]);
    expect(refused.map(answer => [answer.status, answer.headers.get('retry-after')])).toEqual([
      [503, '1'],
      [503, '1'],
    ]);
    expect(await refused[0]?.json()).toEqual({ code: 14, message: 'the store could not commit: send again' });
    expect((await post(request(1))).status).toBe(200);
    expect(collector.counters.commits).toEqual({ succeeded: 1, failed: 1 });
    expect(collector.counters.requests.http).toMatchObject({ accepted: 1, unavailable: 2 });
  });
});

describe('a collector under more than it can hold', () => {
  it('answers 503 and Retry-After at once while a commit is under way, and takes requests again after it', async () => {
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
    const first = post(request(1));
    await begun.promise;
    const second = await post(`${request(2)}${' '.repeat(3_000)}`);
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await second.json()).toEqual({ code: 14, message: 'too much is waiting for its commit' });
    commit.resolve();
    expect((await first).status).toBe(200);
    expect((await post(`${request(2)}${' '.repeat(3_000)}`)).status).toBe(200);
    expect(collector.counters.requests.http).toMatchObject({ accepted: 2, overloaded: 1 });
  });
});

describe('a collector that decodes JSON', () => {
  it('counts what the parse takes, nine times the body, and gives it back after', async () => {
    const { post, collector } = await run();
    expect((await post(`${request(1)}${' '.repeat(100_000)}`)).status).toBe(200);
    const [peak] = (await collector.metrics.getSingleMetric('closewatch_queue_peak_bytes')!.get()).values;
    expect(peak!.value).toBeGreaterThan(9 * 100_000);
  });
});

describe('a collector that stops', () => {
  it('commits and answers what it has, without waiting for more', async () => {
    const decoded = Promise.withResolvers<void>();
    const { post, collector, store } = await run({
      groupMs: 60_000,
      observe: phase => phase === 'decoded' && decoded.resolve(),
    });
    const answer = post(request(1));
    await decoded.promise;
    await collector.stop();
    expect((await answer).status).toBe(200);
    expect((await store.readEventsAfter(0, 10)).sequence).toBe(1);
    await expect(post(request(2))).rejects.toThrow('fetch failed');
  });

  it('waits no longer than its grace for a sender that does not finish', async () => {
    const { origin, collector } = await run({ limits: { stopGraceMs: 50 } });
    const socket = await slowRequest(origin);
    const closed = once(socket, 'close');
    await collector.stop();
    await closed;
    expect(collector.counters.requests.http.incomplete).toBe(1);
  });
});

describe('a sender', () => {
  it('that goes away in the middle of its body is counted, and stores nothing', async () => {
    const { origin, collector, post, store } = await run();
    const socket = await slowRequest(origin);
    socket.destroy();
    while (collector.counters.requests.http.incomplete === 0) expect((await post('{}')).status).toBe(200);
    expect((await store.readEventsAfter(0, 10)).events).toEqual([]);
  });

  it('that is too slow is cut off after the time for a request', async () => {
    const { origin, collector } = await run({ limits: { requestTimeoutMs: 100, headersTimeoutMs: 100 } });
    const socket = await slowRequest(origin);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 408 /);
    await once(socket, 'close');
    expect(collector.counters.requests.http.incomplete).toBe(1);
  });
});

/** A socket on which a request has begun, has been met by the server, and does not end. */
async function slowRequest(origin: string) {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  const head = ['POST /v1/traces HTTP/1.1', 'host: localhost', 'content-type: application/json', 'content-length: 10'];
  socket.write(`${head.join('\r\n')}\r\nexpect: 100-continue\r\n\r\n{`);
  const [goOn] = await once(socket, 'data');
  expect(String(goOn)).toMatch(/^HTTP\/1.1 100 /);
  return socket;
}
