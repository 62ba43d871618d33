import { once } from 'node:events';
import rws from 'reconnecting-websocket';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, type WebSocketServer } from 'ws';
import { type InstrumentedWs, instrumentWs } from '../../test/instrumented-ws.ts';
import type { RecordedSpans } from '../../test/recorded-spans.ts';
import { listen, openPair } from '../../test/socket-pair.ts';

// Its types speak of a default export; Node gives the CommonJS exports, which are the class.
const ReconnectingWebSocket = ((rws as { default?: unknown }).default ?? rws) as typeof rws.default;

const QUICK = { WebSocket, minReconnectionDelay: 20, maxReconnectionDelay: 40, connectionTimeout: 2000 };

/** The next connection that a server accepts. */
async function nextConnection(wss: WebSocketServer): Promise<WebSocket> {
  const [socket] = (await once(wss, 'connection')) as [WebSocket];
  socket.on('error', () => {});
  return socket;
}

describe('a reconnect', () => {
  let instrumented: InstrumentedWs;
  let spans: RecordedSpans;

  beforeEach(() => {
    instrumented = instrumentWs();
    spans = instrumented.spans;
  });
  afterEach(() => instrumented.stop());

  it('by reconnecting-websocket is known by its async context, though another client closed before', async () => {
    const { wss, url } = await listen();
    const otherJoins = nextConnection(wss);
    const other = new WebSocket(url);
    (await otherJoins).close(1001);
    await once(other, 'close');
    const first = nextConnection(wss);
    const client = new ReconnectingWebSocket(`${url}&other`, [], QUICK);
    const server = await first;
    await spans.find('websocket.reconnect'); // the endpoint's first comer took the other one's place
    const second = nextConnection(wss);
    server.close(1012);
    await second;
    const span = await spans.find('websocket.reconnect', 'client', match => {
      return match.attributes['websocket.reconnect.match'] === 'context';
    });
    client.close();
    const close = await spans.find(
      'websocket.close',
      'client',
      match => match.attributes['websocket.close.code'] === 1012,
    );
    const connects = spans.named('websocket.connect').filter(match => match.attributes['websocket.role'] === 'client');
    expect(span.attributes).toMatchObject({
      'websocket.reconnect.outcome': 'recovered',
      'websocket.reconnect.attempts': 1,
      'websocket.reconnect.previous_code': 1012,
      'websocket.reconnect.previous_connection_id': close.attributes['websocket.connection.id'],
      'websocket.connection.id': connects.at(-1)?.spanContext().spanId,
    });
    expect(span.attributes['websocket.reconnect.delay']).toBeGreaterThanOrEqual(0.019);
    expect(span.links.map(link => link.context.spanId)).toEqual([
      close.spanContext().spanId,
      connects.at(-1)?.spanContext().spanId,
    ]);
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.startTime).toEqual(close.endTime);
    expect(span.status.code).toBe(0);
  });

  it('is known after an `error` too, on which reconnecting-websocket acts before the close', async () => {
    const { wss, url } = await listen();
    const first = nextConnection(wss);
    const client = new ReconnectingWebSocket(url, [], QUICK);
    const server = await first;
    const second = nextConnection(wss);
    server.send(Buffer.from([0xff]), { binary: false });
    await second;
    const span = await spans.find('websocket.reconnect');
    client.close();
    expect(span.attributes).toMatchObject({
      'websocket.reconnect.match': 'context',
      'websocket.reconnect.previous_code': 1007,
      'websocket.reconnect.attempts': 1,
    });
  });

  it('counts the handshakes that failed', async () => {
    const { wss, url } = await listen();
    const first = nextConnection(wss);
    const client = new ReconnectingWebSocket(url, [], QUICK);
    const server = await first;
    const closed = new Promise(resolve => wss.close(resolve));
    server.terminate();
    await closed;
    await spans.find('websocket.connect', 'client', span => span.attributes['error.type'] === 'ECONNREFUSED');
    const again = await listen({ port: Number(new URL(url).port) });
    await nextConnection(again.wss);
    const span = await spans.find('websocket.reconnect');
    client.close();
    const failed = spans.named('websocket.connect').filter(({ status }) => status.code === 2).length;
    expect(span.attributes).toMatchObject({
      'websocket.reconnect.match': 'context',
      'websocket.reconnect.attempts': failed + 1,
      'websocket.reconnect.previous_code': 1006,
      'websocket.reconnect.outcome': 'recovered',
    });
  });

  it("outside of any context is taken for the endpoint's longest waiting close", async () => {
    const one = await openPair();
    const two = new WebSocket(one.url);
    await once(two, 'open');
    one.client.terminate();
    await once(one.client, 'close');
    two.terminate();
    await once(two, 'close');
    const back = new WebSocket(one.url);
    await once(back, 'open');
    const span = await spans.find('websocket.reconnect');
    const [oldest] = spans.named('websocket.close').filter(close => close.attributes['websocket.role'] === 'client');
    expect(span.attributes).toMatchObject({
      'websocket.reconnect.match': 'endpoint',
      'websocket.reconnect.previous_connection_id': oldest?.attributes['websocket.connection.id'],
    });
    back.terminate();
    await once(back, 'close');
  });

  it('is not made up from another endpoint, nor from another subprotocol', async () => {
    const { client, url } = await openPair();
    client.terminate();
    await once(client, 'close');
    const elsewhere = new WebSocket(url.replace('/chat', '/news'));
    const otherwise = new WebSocket(url, ['v2']);
    await Promise.all([once(elsewhere, 'open'), once(otherwise, 'open')]);
    expect(spans.named('websocket.reconnect')).toEqual([]);
    for (const socket of [elsewhere, otherwise]) {
      socket.terminate();
      await once(socket, 'close');
    }
  });
});

describe('a client that does not come back', () => {
  it('is abandoned after the configured time', async () => {
    const { spans, stop } = instrumentWs({ reconnectTimeoutMillis: 30 });
    const { server } = await openPair();
    server.close(1012);
    const span = await spans.find('websocket.reconnect');
    const close = await spans.find('websocket.close', 'client');
    expect(span.attributes).toMatchObject({
      'websocket.reconnect.outcome': 'abandoned',
      'websocket.reconnect.attempts': 0,
      'websocket.reconnect.previous_code': 1012,
      'websocket.connection.id': close.attributes['websocket.connection.id'],
    });
    expect(span.attributes).not.toHaveProperty('websocket.reconnect.delay');
    expect(span.links.map(link => link.context.spanId)).toEqual([close.spanContext().spanId]);
    expect(span.status.code).toBe(2);
    await stop();
  });

  it('is abandoned after five minutes where nothing else is configured', async () => {
    const { spans, stop } = instrumentWs();
    const { server } = await openPair();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      server.close(1012);
      await spans.find('websocket.close', 'client');
      vi.advanceTimersByTime(299_999);
      expect(spans.named('websocket.reconnect')).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(spans.named('websocket.reconnect')).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
    await stop();
  });

  it("is nobody's loss where the application closed the connection itself", async () => {
    const { spans, stop } = instrumentWs({ reconnectTimeoutMillis: 20 });
    const own = await openPair();
    own.client.close(1000);
    await once(own.client, 'close');
    const other = await openPair();
    other.server.close(1012);
    await spans.find('websocket.reconnect'); // later than the first one's time would have been
    const codes = spans.named('websocket.reconnect').map(span => span.attributes['websocket.reconnect.previous_code']);
    expect(codes).toEqual([1012]);
    await stop();
  });
});
