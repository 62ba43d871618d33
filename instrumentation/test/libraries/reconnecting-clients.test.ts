import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import PartySocket from 'partysocket/ws';
import { WebSocket as UndiciWebSocket } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, type WebSocketServer } from 'ws';
import { type InstrumentedWs, instrumentWs } from '../instrumented-ws.ts';
import type { RecordedSpans } from '../recorded-spans.ts';
import { listen } from '../socket-pair.ts';

/** The next connection that a server accepts. */
async function nextConnection(wss: WebSocketServer): Promise<WebSocket> {
  const [socket] = (await once(wss, 'connection')) as [WebSocket];
  socket.on('error', () => {});
  return socket;
}

describe('a reconnect by', () => {
  let instrumented: InstrumentedWs;
  let spans: RecordedSpans;

  beforeEach(() => {
    instrumented = instrumentWs();
    spans = instrumented.spans;
  });
  afterEach(() => instrumented.stop());

  /** A connection to the same endpoint that has closed before and that nobody replaces: it is first in the endpoint's queue. */
  async function strangerLeaves(wss: WebSocketServer, url: string, protocols: string[] = []): Promise<void> {
    const joined = nextConnection(wss);
    const stranger = new WebSocket(url, protocols);
    const closed = once(stranger, 'close');
    (await joined).close(1001);
    await closed;
  }

  it.each([
    ['ws', WebSocket],
    ["Node's global WebSocket", globalThis.WebSocket],
    ['undici', UndiciWebSocket],
  ])('partysocket on %s is known by its async context', async (_name, WebSocketClass) => {
    const { wss, url } = await listen();
    const first = nextConnection(wss);
    const client = new PartySocket(url, [], {
      WebSocket: WebSocketClass,
      minReconnectionDelay: 10,
      maxReconnectionDelay: 20,
    });
    const server = await first;
    if (client.readyState !== 1) await new Promise(resolve => client.addEventListener('open', resolve));
    await strangerLeaves(wss, url);
    const second = nextConnection(wss);
    server.close(1012);
    await second;
    const reconnect = await spans.find('websocket.reconnect');
    client.close();
    await spans.find('websocket.close', 'client', span => span.attributes['websocket.close.initiator'] === 'local');
    expect(reconnect.attributes).toMatchObject({
      'websocket.reconnect.match': 'context',
      'websocket.reconnect.previous_code': 1012,
      'websocket.reconnect.attempts': 1,
      'websocket.reconnect.outcome': 'recovered',
    });
  });

  it('graphql-ws, which leaves the async context, is known by its endpoint and subprotocol', async () => {
    const { wss, url } = await listen({ handleProtocols: protocols => [...protocols][0] ?? false });
    wss.on('connection', socket => {
      socket.on('message', data => {
        if (String(data).includes('connection_init')) socket.send('{"type":"connection_ack"}');
      });
    });
    await strangerLeaves(wss, url, ['another-protocol']);
    const first = nextConnection(wss);
    const connected: (() => void)[] = [];
    const client = createClient({
      url,
      webSocketImpl: WebSocket,
      lazy: false,
      retryWait: () => delay(10),
      onNonLazyError: () => {},
      on: { connected: () => connected.shift()?.() },
    });
    const acknowledged = new Promise<void>(resolve => connected.push(resolve));
    const server = await first;
    await acknowledged;
    const second = nextConnection(wss);
    server.close(1012);
    await second;
    const reconnect = await spans.find('websocket.reconnect');
    await client.dispose();
    expect(reconnect.attributes).toMatchObject({
      'websocket.reconnect.match': 'endpoint',
      'websocket.reconnect.previous_code': 1012,
      'websocket.reconnect.attempts': 1,
      'websocket.subprotocol': 'graphql-transport-ws',
    });
  });

  it('a loop that waits for the close is known by its endpoint', async () => {
    const { wss, url } = await listen();
    const accepted: WebSocket[] = [];
    wss.on('connection', socket => accepted.push(socket));
    let last: WebSocket | undefined;
    const loop = (async () => {
      for (let round = 0; round < 3; round += 1) {
        last = new WebSocket(url);
        await once(last, 'open');
        accepted[round]?.close(1012);
        await once(last, 'close');
        await delay(5);
      }
    })();
    await loop;
    const reconnects = spans.named('websocket.reconnect');
    expect(reconnects.map(span => span.attributes['websocket.reconnect.match'])).toEqual(['endpoint', 'endpoint']);
    expect(reconnects.map(span => span.attributes['websocket.reconnect.attempts'])).toEqual([1, 1]);
  });

  it('a function that the close handler calls again is known by its async context', async () => {
    const { wss, url } = await listen();
    await strangerLeaves(wss, url);
    let rounds = 0;
    const done = new Promise<void>(resolve => {
      const connect = (): void => {
        const client = new WebSocket(url);
        client.on('open', () => {
          rounds += 1;
          if (rounds === 3) client.close();
        });
        client.on('close', () => (rounds < 3 ? setTimeout(connect, 5) : resolve()));
      };
      wss.on('connection', socket => {
        if (rounds < 2) socket.close(1012);
      });
      connect();
    });
    await done;
    const matches = spans.named('websocket.reconnect').map(span => span.attributes['websocket.reconnect.match']);
    expect(matches).toEqual(['endpoint', 'context', 'context']); // the first took the stranger's place
  });
});
