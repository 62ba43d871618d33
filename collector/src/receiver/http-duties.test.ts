import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { zstdCompressSync } from 'node:zlib';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import protobuf from 'protobufjs';
import { afterEach, expect, it } from 'vitest';
import { otlpLinesFromEvents } from '../otlp/otlp-lines-from-events.ts';
import { closeEvent } from '../testdata/close-event.ts';
import { otelSpan } from '../testdata/otel-span.ts';
import { type RunningCollector, runCollector } from '../testdata/running-collector.ts';
import type { CollectorOptions } from './collector-options.ts';

const PROTOBUF = { 'content-type': 'application/x-protobuf' };

/** Source: opentelemetry-proto, collector/trace/v1/trace_service.proto. */
const PartialSuccess = new protobuf.Type('ExportTracePartialSuccess')
  .add(new protobuf.Field('rejectedSpans', 1, 'int64'))
  .add(new protobuf.Field('errorMessage', 2, 'string'));
const ExportTraceServiceResponse = new protobuf.Type('ExportTraceServiceResponse')
  .add(PartialSuccess)
  .add(new protobuf.Field('partialSuccess', 1, 'ExportTracePartialSuccess'));

const [LINE] = otlpLinesFromEvents([closeEvent(1)]);
const REQUEST = LINE as string;

let running: RunningCollector;
async function run(options: Partial<CollectorOptions> = {}): Promise<RunningCollector> {
  running = await runCollector(options);
  return running;
}
afterEach(() => running.stop());

function connectTo({ origin }: RunningCollector): Socket {
  const { hostname, port } = new URL(origin);
  return connect(Number(port), hostname);
}

function headOf(headers: Record<string, string | number>): string {
  const lines = Object.entries({ host: 'localhost', 'content-type': 'application/json', ...headers });
  return `POST /v1/traces HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

it('says how many spans could not be used and why, in the encoding of the request, and stores the others', async () => {
  const { post, collector, store } = await run();
  const unusable = { ...JSON.parse(REQUEST) };
  unusable.resourceSpans[0].scopeSpans[0].spans.push({ name: 'websocket.close' }, { name: 'GET /' });
  const inJson = await post(JSON.stringify(unusable));
  expect([inJson.status, await inJson.json()]).toEqual([
    200,
    { partialSuccess: { rejectedSpans: '1', errorMessage: 'could not be used: invalid_ids 1' } },
  ]);

  const noCode = otelSpan({ name: 'websocket.close' });
  const good = otelSpan({ name: 'websocket.close', spanId: 'b'.repeat(16), attributes: { 'websocket.close.code': 1 } });
  const inProtobuf = await post(Buffer.from(ProtobufTraceSerializer.serializeRequest([noCode, good])!), PROTOBUF);
  const answer = ExportTraceServiceResponse.decode(new Uint8Array(await inProtobuf.arrayBuffer()));
  expect(answer.toJSON()).toEqual({
    partialSuccess: { rejectedSpans: '1', errorMessage: 'could not be used: no_code 1' },
  });
  expect(collector.counters.spans.unusable).toMatchObject({ invalid_ids: 1, no_code: 1 });
  expect((await store.readEventsAfter(0, 10)).events).toHaveLength(2);
});

it('takes zstd', async () => {
  const { post, store } = await run();
  expect((await post(zstdCompressSync(REQUEST), { 'content-encoding': 'zstd' })).status).toBe(200);
  expect((await store.readEventsAfter(0, 10)).events.map(event => event.spanId)).toEqual([closeEvent(1).spanId]);
});

it('takes back the rows of a request that proves malformed half way, and keeps those of its group', async () => {
  const { post, store } = await run({ groupMs: 200 });
  const spans = [otelSpan({ name: 'websocket.close', attributes: { 'websocket.close.code': 1007 } })];
  const whole = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans)!);
  const answers = await Promise.all([post(REQUEST), post(Buffer.concat([whole, Buffer.from([0x0a, 0x7f])]), PROTOBUF)]);
  expect(answers.map(answer => answer.status)).toEqual([200, 400]);
  expect((await store.readEventsAfter(0, 10)).events.map(event => event.spanId)).toEqual([closeEvent(1).spanId]);
});

it('refuses what it would not take before the body is sent, where the sender asks first', async () => {
  const socket = connectTo(await run());
  socket.write(headOf({ expect: '100-continue', 'content-length': 100_000_000 }));
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
  socket.destroy();
});

it('answers several requests on one connection', async () => {
  const socket = connectTo(await run());
  for (let sent = 0; sent < 3; sent++) {
    socket.write(headOf({ 'content-length': 2 }));
    socket.write('{}');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 200 [\s\S]*connection: keep-alive[\s\S]*\{\}$/i);
  }
  expect(running.collector.counters.connections.http.accepted).toBe(1);
  socket.destroy();
});

it('counts what is no HTTP, and answers it with 400', async () => {
  const socket = connectTo(await run());
  socket.end('SSH-2.0-OpenSSH_9.6\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /);
  expect(running.collector.counters.connections.http.broken).toBe(1);
});

it('closes connections past its cap, and counts them', async () => {
  const { post, collector, origin } = await run({ limits: { maxConnections: 2 } });
  const first = [connectTo(running), connectTo(running)];
  await Promise.all(first.map(socket => once(socket, 'connect')));
  const third = connectTo(running);
  third.on('error', () => undefined); // a reset is one way of being closed
  await once(third, 'close');
  expect(collector.counters.connections.http).toMatchObject({ accepted: 2, refused: 1 });
  for (const socket of first) socket.destroy();
  await Promise.all(first.map(socket => once(socket, 'close')));
  while (
    await post('{}').then(
      () => false,
      () => true,
    )
  )
    expect(origin).toBe(running.origin);
});

it('does not let bodies that come in pieces of a byte hold more than the budget', async () => {
  const { collector } = await run({ limits: { maxHeldBytes: 20_000 } });
  const sockets = [connectTo(running), connectTo(running)];
  const answers = sockets.map(socket => once(socket, 'data'));
  for (const socket of sockets) socket.setNoDelay(true).write(headOf({ 'transfer-encoding': 'chunked' }));
  const pieces = '1\r\n \r\n'.repeat(60);
  for (const socket of sockets) socket.write(pieces);
  const [answer] = await Promise.race(answers);
  expect(String(answer)).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after: 1\r\n/i);
  expect(collector.counters.requests.http.overloaded).toBe(1);
  for (const socket of sockets) socket.destroy();
});

it('makes closes of spans by a convention that it is given, and marks them with its name', async () => {
  const { post, store } = await run({
    conventions: [
      { emitter: 'proxy', code: 'proxy.ws.code', fields: { 'proxy.client': 'clientName' }, role: 'server' },
    ],
  });
  const attributes = { 'proxy.ws.code': 1012, 'proxy.client': 'desktop' };
  const body = ProtobufTraceSerializer.serializeRequest([otelSpan({ name: 'tunnel', attributes })])!;
  expect((await post(Buffer.from(body), PROTOBUF)).status).toBe(200);
  const { events } = await store.readEventsAfter(0, 10);
  expect(events).toMatchObject([{ kind: 'close', code: 1012, emitter: 'proxy', clientName: 'desktop' }]);
});
