import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { otlpLinesFromEvents } from '../otlp/otlp-lines-from-events.ts';
import { closeEvent } from '../testdata/close-event.ts';
import { type RunningCollector, runCollector } from '../testdata/running-collector.ts';
import { createCollector } from './create-collector.ts';

/** google.rpc.Status, less its details. */
const Status = new protobuf.Type('Status')
  .add(new protobuf.Field('code', 1, 'int32'))
  .add(new protobuf.Field('message', 2, 'string'));

async function statusIn(response: Response): Promise<object> {
  expect(response.headers.get('content-type')).toBe('application/x-protobuf');
  return Status.decode(new Uint8Array(await response.arrayBuffer())).toJSON();
}

const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const GZIP = { 'content-encoding': 'gzip' };
const MAX_BODY_BYTES = 100_000;
const [LINE] = otlpLinesFromEvents([closeEvent(1)]) as Generator<string>;
const request = LINE as string;

describe('bad input', () => {
  let running: RunningCollector;
  beforeEach(async () => {
    running = await runCollector({ limits: { maxBodyBytes: MAX_BODY_BYTES } });
    expect((await running.post(request)).status).toBe(200);
  });
  /** Whatever a test sends, what was stored before stays, and good requests go on being taken. */
  afterEach(async () => {
    const [next] = otlpLinesFromEvents([closeEvent(2)]);
    expect((await running.post(next as string)).status).toBe(200);
    const { events } = await running.store.readEventsAfter(0, 10);
    expect(events.map(event => event.spanId)).toEqual([closeEvent(1).spanId, closeEvent(2).spanId]);
    await running.stop();
  });

  it('answers malformed JSON with 400 and a Status in JSON', async () => {
    const response = await running.post('{"resourceSpans": [');
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ code: 3, message: expect.stringMatching(/^expected JSON, got /) });
    expect(running.collector.counters.requests.http.malformed).toBe(1);
  });

  it('answers JSON of another shape with 400, and says where', async () => {
    const response = await running.post('{"resourceSpans": {}}');
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ code: 3, message: 'expected an array as resourceSpans, got an object' });
  });

  it('answers malformed protobuf with 400 and a Status in protobuf', async () => {
    const response = await running.post(Buffer.from([0x0a, 0x7f, 0x01]), PROTOBUF);
    expect(response.status).toBe(400);
    expect(await statusIn(response)).toEqual({
      code: 3,
      message: 'expected an OTLP request in protobuf, but at byte 2 a field of 127 bytes, with 1 left',
    });
  });

  it('writes a Status with a message of more than 127 bytes so that protobuf readers find its end', async () => {
    const url = `${running.origin}/${'x'.repeat(200)}`;
    const response = await fetch(url, { method: 'POST', headers: PROTOBUF, body: new Uint8Array() });
    expect(response.status).toBe(404);
    const message = `expected POST /v1/traces, /v1/metrics, /v1/logs, got POST /${'x'.repeat(99)}`;
    expect(message.length).toBe(158);
    expect(await statusIn(response)).toEqual({ code: 5, message });
  });

  it('answers nesting that would exhaust a stack with 400', async () => {
    expect((await running.post('['.repeat(50_000))).status).toBe(400);
    expect((await running.post(Buffer.alloc(50_000, 0x0b), PROTOBUF)).status).toBe(400);
  });

  it('answers a body past the limit with 413', async () => {
    const response = await running.post(' '.repeat(MAX_BODY_BYTES + 1));
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({
      code: 8,
      message: 'expected at most 100000 bytes, decompressed, got more: send smaller batches',
    });
    expect(running.collector.counters.requests.http.tooLarge).toBe(1);
  });

  it('answers a body past the limit with 413 where its length is not announced', async () => {
    const response = await fetch(`${running.origin}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([' '.repeat(MAX_BODY_BYTES), ' ']).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('takes a body of exactly the limit', async () => {
    expect((await running.post('{}'.padEnd(MAX_BODY_BYTES))).status).toBe(200);
  });

  it('answers a name that is not its own with 403, and takes one that it was given', async () => {
    const { port } = new URL(running.origin);
    const postAs = async (host: string, to = port) => {
      const sent = httpRequest({ host: '127.0.0.1', port: to, path: '/v1/traces', method: 'POST', headers: { host } });
      sent.setHeader('content-type', 'application/json').end(request);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      return { status: answer.statusCode, body: JSON.parse(await text(answer)) };
    };
    expect(await postAs('rebound.example')).toEqual({
      status: 403,
      body: {
        code: 7,
        message: 'expected localhost, an address or one of allowed_hosts as host, got "rebound.example"',
      },
    });
    expect(running.collector.counters.requests.http.misdirected).toBe(1);
    const known = await runCollector({ allowedHosts: ['closewatch'] });
    expect((await postAs('closewatch:4318', new URL(known.origin).port)).status).toBe(200);
    await known.stop();
  });

  it('answers a gzip bomb with 413, and stops unpacking at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(90 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(MAX_BODY_BYTES);
    const before = process.memoryUsage().arrayBuffers;
    const response = await running.post(bomb, { ...PROTOBUF, ...GZIP });
    expect(response.status).toBe(413);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  it('answers truncated gzip, and bytes that are no gzip, with 400', async () => {
    const whole = gzipSync(request);
    const truncated = await running.post(whole.subarray(0, whole.length - 12), GZIP);
    expect(truncated.status).toBe(400);
    expect(await truncated.json()).toEqual({ code: 3, message: 'expected a gzip body, got unexpected end of file' });
    expect((await running.post(request, GZIP)).status).toBe(400);
    expect(running.collector.counters.requests.http.malformed).toBe(2);
  });

  it('answers another content type, or none, with 415', async () => {
    const response = await running.post(request, { 'content-type': 'text/plain' });
    expect(response.status).toBe(415);
    expect(await response.json()).toEqual({
      code: 12,
      message: 'expected application/x-protobuf or application/json as content-type, got "text/plain"',
    });
    const untyped = await fetch(`${running.origin}/v1/traces`, { method: 'POST', body: new Uint8Array([0x0a, 0]) });
    expect(untyped.status).toBe(415);
  });

  it('answers another content encoding with 415', async () => {
    const response = await running.post(request, { 'content-encoding': 'br' });
    expect(response.status).toBe(415);
    expect(await response.json()).toEqual({
      code: 12,
      message: 'expected identity, gzip, deflate or zstd as content-encoding, got "br"',
    });
  });

  it('answers another method with 405 and the one to use, another path with 404', async () => {
    const get = await fetch(`${running.origin}/v1/traces`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    const elsewhere = await fetch(`${running.origin}/v1/trace`, { method: 'POST', body: '{}' });
    expect(elsewhere.status).toBe(404);
    expect(await elsewhere.json()).toEqual({
      code: 5,
      message: 'expected POST /v1/traces, /v1/metrics, /v1/logs, got POST /v1/trace',
    });
  });

  it('stores a request that is sent again once', async () => {
    expect((await running.post(request)).status).toBe(200);
    expect((await running.post(gzipSync(request), GZIP)).status).toBe(200);
    expect(running.collector.counters.events).toEqual({ stored: 1, duplicates: 2 });
  });

  it('fails to start on a port that is taken with the code EADDRINUSE', async () => {
    const port = Number(new URL(running.origin).port);
    const second = createCollector({ store: running.store, port });
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('the trace example of the OpenTelemetry protocol', () => {
  it('is taken as it is, and its span counted as not relevant', async () => {
    const running = await runCollector();
    const response = await running.post(readFileSync(join(import.meta.dirname, '../testdata/trace.json')));
    expect([response.status, await response.text()]).toEqual([200, '{}']);
    expect(running.collector.counters.spans.notRelevant).toBe(1);
    await running.stop();
  });
});
