import { once } from 'node:events';
import type { HrTime } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type InstrumentedWs, instrumentWs } from '../../test/instrumented-ws.ts';
import type { RecordedSpans } from '../../test/recorded-spans.ts';
import { listen, openPair, rawSocket } from '../../test/socket-pair.ts';
import { startDrain } from '../drain/start-drain.ts';

/** In milliseconds: a span's times are whole nanoseconds, each rounded. */
const NANOSECONDS_ROUNDED = 0.001;

function milliseconds([seconds, nanoseconds]: HrTime): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

describe('a close', () => {
  let spans: RecordedSpans;
  let instrumented: InstrumentedWs;

  beforeEach(() => {
    instrumented = instrumentWs();
    spans = instrumented.spans;
  });
  afterEach(() => instrumented.stop());

  it.each([1012, 1001])(
    'with %i from the server is local there, remote at the client, clean and no error',
    async code => {
      const { server } = await openPair();
      server.close(code, 'deploy');
      const sent = await spans.find('websocket.close', 'server');
      expect(sent.attributes).toMatchObject({
        'websocket.close.code': code,
        'websocket.close.code_sent': code,
        'websocket.close.code_received': code,
        'websocket.close.initiator': 'local',
        'websocket.close.clean': true,
        'websocket.close.reason': 'deploy',
      });
      expect(sent.status.code).toBe(0);
      const received = await spans.find('websocket.close', 'client');
      expect(received.attributes).toMatchObject({
        'websocket.close.code': code,
        'websocket.close.code_reported': code,
        'websocket.close.initiator': 'remote',
        'websocket.close.clean': true,
        'websocket.close.reason': 'deploy',
      });
      expect(received.status.code).toBe(0);
    },
  );

  it('starts a trace of its own, and links to the connect span of its side', async () => {
    const { server } = await openPair();
    server.close(1000);
    for (const role of ['server', 'client'] as const) {
      const connect = await spans.find('websocket.connect', role);
      const close = await spans.find('websocket.close', role);
      expect(close.parentSpanContext).toBeUndefined();
      expect(close.spanContext().traceId).not.toBe(connect.spanContext().traceId);
      expect(close.links.map(link => link.context.spanId)).toEqual([connect.spanContext().spanId]);
      expect(close.attributes['websocket.connection.id']).toBe(connect.spanContext().spanId);
      expect(close.attributes['websocket.connection.duration']).toBeGreaterThan(0);
      expect(close.kind).toBe(role === 'server' ? 1 : 2);
    }
  });

  it('without a code is 1005', async () => {
    const { client } = await openPair();
    client.close();
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes).toMatchObject({ 'websocket.close.code': 1005, 'websocket.close.initiator': 'remote' });
    expect(span.status.code).toBe(0);
  });

  it('on both sides at once has the code that each side sent first', async () => {
    const { client, server } = await openPair();
    server.close(1012);
    client.close(1000);
    const atServer = await spans.find('websocket.close', 'server');
    expect(atServer.attributes).toMatchObject({
      'websocket.close.code': 1012,
      'websocket.close.code_sent': 1012,
      'websocket.close.code_received': 1000,
      'websocket.close.code_reported': 1000,
      'websocket.close.initiator': 'local',
    });
    const atClient = await spans.find('websocket.close', 'client');
    expect(atClient.attributes).toMatchObject({
      'websocket.close.code': 1000,
      'websocket.close.code_received': 1012,
      'websocket.close.initiator': 'local',
    });
  });

  it('by terminate() is 1006, local and not clean; the other side sees its transport go', async () => {
    const { server } = await openPair();
    server.terminate();
    const local = await spans.find('websocket.close', 'server');
    expect(local.attributes).toMatchObject({
      'websocket.close.code': 1006,
      'websocket.close.initiator': 'local',
      'websocket.close.clean': false,
    });
    expect(local.status.code).toBe(2);
    const remote = await spans.find('websocket.close', 'client');
    expect(remote.attributes).toMatchObject({ 'websocket.close.code': 1006, 'websocket.close.initiator': 'transport' });
  });

  it('that terminate() cuts short keeps the code that was sent', async () => {
    const { server } = await openPair();
    server.close(1001);
    server.terminate();
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes).toMatchObject({
      'websocket.close.code': 1001,
      'websocket.close.initiator': 'local',
      'websocket.close.clean': false,
    });
  });

  it("of a socket that is reset is the transport's, with the system's error", async () => {
    const { client } = await openPair();
    rawSocket(client).resetAndDestroy();
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes).toMatchObject({
      'websocket.close.code': 1006,
      'websocket.close.initiator': 'transport',
      'error.type': 'ECONNRESET',
    });
    expect(span.attributes).not.toHaveProperty('websocket.close.code_sent');
  });

  it("of a socket that is destroyed is the transport's on both ends, without an error", async () => {
    const { server } = await openPair();
    rawSocket(server).destroy();
    for (const role of ['server', 'client'] as const) {
      const span = await spans.find('websocket.close', role);
      expect(span.attributes).toMatchObject({
        'websocket.close.code': 1006,
        'websocket.close.code_reported': 1006,
        'websocket.close.initiator': 'transport',
        'websocket.close.clean': false,
      });
      expect(span.attributes).not.toHaveProperty('error.type');
      expect(span.attributes).not.toHaveProperty('websocket.close.code_sent');
    }
  });

  it('over a message that is too large is 1009, and no payload defect', async () => {
    const { client } = await openPair({ maxPayload: 16 });
    client.send('x'.repeat(17));
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes).toMatchObject({
      'websocket.close.code': 1009,
      'websocket.close.code_sent': 1009,
      'websocket.close.code_reported': 1006,
      'websocket.close.initiator': 'local',
      'error.type': 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
    });
    expect(span.attributes).not.toHaveProperty('websocket.payload.defect');
    const told = await spans.find('websocket.close', 'client');
    expect(told.attributes).toMatchObject({ 'websocket.close.code': 1009, 'websocket.close.initiator': 'remote' });
  });

  it('over a frame that breaks the protocol is 1002', async () => {
    const { client } = await openPair();
    rawSocket(client).write(Buffer.from([0x81, 0x01, 0x61])); // a client's frame has to be masked
    const span = await spans.find('websocket.close', 'server');
    expect(span.attributes).toMatchObject({ 'websocket.close.code': 1002, 'error.type': 'WS_ERR_EXPECTED_MASK' });
  });

  it('over a close code that nobody may send is 1002, and the code counts as not received', async () => {
    const { server } = await openPair();
    rawSocket(server).write(Buffer.from([0x88, 0x02, 0x03, 0xed])); // 1005
    const span = await spans.find('websocket.close', 'client');
    expect(span.attributes).toMatchObject({ 'websocket.close.code': 1002, 'error.type': 'WS_ERR_INVALID_CLOSE_CODE' });
    expect(span.attributes).not.toHaveProperty('websocket.close.code_received');
    expect(span.attributes).not.toHaveProperty('websocket.payload.defect');
  });

  it('has its reason scrubbed, and none where that is switched off', async () => {
    const first = await openPair();
    first.server.close(4001, 'kicked jane@example.org');
    const scrubbed = await spans.find('websocket.close', 'client');
    expect(scrubbed.attributes['websocket.close.reason']).toBe('kicked [scrubbed]');

    instrumented.instrumentation.setConfig({ recordCloseReason: false });
    const second = await openPair();
    second.server.close(4002, 'kicked');
    const silent = await spans.find(
      'websocket.close',
      'client',
      span => span.attributes['websocket.close.code'] === 4002,
    );
    expect(silent.attributes).not.toHaveProperty('websocket.close.reason');
  });

  it('spans the time from the first close frame until the socket is closed', async () => {
    const { url, client, server } = await openPair();
    client.pause(); // holds the answer back
    server.close(1012);
    const sent = performance.now();
    await once(new WebSocket(url), 'open'); // meanwhile something else happens
    const held = performance.now() - sent;
    client.resume();
    const span = await spans.find('websocket.close', 'server');
    expect(milliseconds(span.duration)).toBeGreaterThanOrEqual(held - NANOSECONDS_ROUNDED);
    expect(span.attributes['websocket.close.code']).toBe(1012);
  });
});

describe('a drain', () => {
  let spans: RecordedSpans;
  let instrumented: InstrumentedWs;

  beforeEach(() => {
    instrumented = instrumentWs();
    spans = instrumented.spans;
  });
  afterEach(() => instrumented.stop());

  it('lasts from the first 1012 that a server sends until its last connection is gone', async () => {
    const { wss, url } = await openPair();
    const other = new WebSocket(url);
    await once(other, 'open');
    for (const socket of wss.clients) socket.close(1012);
    const span = await spans.find('websocket.drain');
    expect(span.attributes).toEqual({
      'websocket.role': 'server',
      'network.protocol.name': 'websocket',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(url).port),
      'url.scheme': 'ws',
      'websocket.drain.connections': 2,
    });
    expect(
      spans.named('websocket.close').filter(close => close.attributes['websocket.role'] === 'server'),
    ).toHaveLength(2);
  });

  it('begins when the server is closed', async () => {
    const { wss, client } = await openPair();
    wss.close();
    client.close(1000);
    const span = await spans.find('websocket.drain');
    expect(span.attributes['websocket.drain.connections']).toBe(1);
  });

  it('begins at an explicit call, and lasts until the last connection is gone, whatever the codes', async () => {
    const { wss, url, client } = await openPair();
    const other = new WebSocket(url);
    await once(other, 'open');
    expect(startDrain(wss)).toBe(true);
    const [first, last] = wss.clients;
    first?.close(4000);
    await once(client, 'close');
    const firstGone = await spans.find('websocket.close', 'server');
    expect(spans.named('websocket.drain')).toEqual([]);
    last?.close(4000);
    const span = await spans.find('websocket.drain');
    expect(span.attributes['websocket.drain.connections']).toBe(2);
    expect(milliseconds(span.startTime)).toBeLessThanOrEqual(milliseconds(firstGone.startTime));
    expect(milliseconds(span.endTime)).toBeGreaterThanOrEqual(milliseconds(firstGone.endTime));
  });

  it('is none at an explicit call while nobody is connected', async () => {
    const { wss, url } = await listen();
    expect(startDrain(wss)).toBe(true);
    const client = new WebSocket(url);
    await once(client, 'open');
    client.close(1000);
    await spans.find('websocket.close', 'server');
    expect(spans.named('websocket.drain')).toEqual([]);
  });

  it('is refused to a server that nothing follows', async () => {
    const { wss } = await openPair();
    instrumented.instrumentation.disable();
    expect(startDrain(wss)).toBe(false);
    expect(startDrain({ handleUpgrade() {} })).toBe(false);
  });
});
