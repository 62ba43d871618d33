import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type InstrumentedWs, instrumentWs } from '../../test/instrumented-ws.ts';
import type { RecordedSpans } from '../../test/recorded-spans.ts';
import { listen, openPair } from '../../test/socket-pair.ts';
import { clientFromAuth } from './client-from-auth.ts';
import { clientFromConnectionInit } from './client-from-connection-init.ts';
import { setClient } from './set-client.ts';

/** The copy of ws that engine.io brings along, which is loaded before the instrumentation here. */
const besideSocketIo = createRequire(createRequire(import.meta.url).resolve('socket.io'));
const engineWs: unknown = createRequire(besideSocketIo.resolve('engine.io'))('ws');

const QUERY = { name: 'app', version: 'v', id: 'device' };

/** The client's part of a span's attributes. */
function clientOf(span: { attributes: Record<string, unknown> }): unknown[] {
  return ['name', 'version', 'id'].map(part => span.attributes[`websocket.client.${part}`]);
}

describe('who a client is', () => {
  let instrumented: InstrumentedWs;
  let spans: RecordedSpans;

  beforeEach(() => {
    instrumented = instrumentWs({ clientFromQuery: QUERY });
    spans = instrumented.spans;
  });
  afterEach(() => instrumented.stop());

  it('is told by setClient once open, on either end, and the close and the reconnect carry it', async () => {
    const { client, server, url } = await openPair({}, { headers: { 'x-client-version': '5.1.0' } });
    expect(setClient(server, { name: 'web', id: 'c-1' })).toBe(true);
    expect(setClient(client, { name: 'web', version: '5.2.0' })).toBe(true);
    const returned = new Promise<WebSocket>(resolve => {
      client.on('close', () => resolve(new WebSocket(url)));
    });
    server.close(1012);
    const back = await returned;
    await once(back, 'open');
    expect(clientOf(await spans.find('websocket.connect', 'server'))).toEqual([undefined, '5.1.0', undefined]);
    expect(clientOf(await spans.find('websocket.close', 'server'))).toEqual(['web', '5.1.0', 'c-1']);
    expect(clientOf(await spans.find('websocket.close', 'client'))).toEqual(['web', '5.2.0', undefined]);
    back.terminate();
  });

  it("is told by setClient on Node's own WebSocket", async () => {
    const { url } = await listen();
    const client = new globalThis.WebSocket(url);
    await new Promise(resolve => client.addEventListener('open', resolve));
    expect(setClient(client, { name: 'script', version: '0.9.0' })).toBe(true);
    client.close();
    expect(clientOf(await spans.find('websocket.close', 'client'))).toEqual(['script', '0.9.0', undefined]);
  });

  it('is not told of a socket that is not instrumented', () => {
    expect(setClient({}, { name: 'web' })).toBe(false);
    expect(setClient(null as unknown as object, { name: 'web' })).toBe(false);
    instrumented.instrumentation.disable();
    expect(setClient({}, { name: 'web' })).toBe(false);
  });

  it('comes from the query parameters that are allowed, after the headers, and no other is recorded', async () => {
    const { url } = await listen();
    const headers = { 'x-client-version': '7.0.0' };
    const client = new WebSocket(`${url}&app=web&v=6.1.0&device=d-9&other=secret`, { headers });
    await once(client, 'open');
    const server = await spans.find('websocket.connect', 'server');
    expect(clientOf(server)).toEqual(['web', '7.0.0', 'd-9']);
    expect(JSON.stringify(server.attributes)).not.toMatch(/secret|never-recorded|6\.1\.0/);
    client.terminate();
    await once(client, 'close');
  });

  it('is cut at 256 characters', async () => {
    await openPair({}, { headers: { 'x-client-name': 'n'.repeat(1_000) } });
    expect(clientOf(await spans.find('websocket.connect', 'server'))[0]).toBe('n'.repeat(256));
  });

  it("is read from graphql-ws' connection_init", async () => {
    const { wss, url } = await listen({ handleProtocols: () => 'graphql-transport-ws' });
    const identify = clientFromConnectionInit(params => ({
      name: String(params.app),
      version: String(params.version),
    }));
    useServer({ schema: buildSchema('type Query { ok: Boolean }'), onConnect: context => identify(context) }, wss);
    const connected = Promise.withResolvers<void>();
    const client = createClient({
      url,
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      connectionParams: { app: 'graph', version: '1.4.0', token: 'never-recorded' },
      on: { connected: () => connected.resolve() },
      onNonLazyError: () => {},
    });
    await connected.promise;
    await client.dispose();
    const close = await spans.find('websocket.close', 'server');
    expect(clientOf(close)).toEqual(['graph', '1.4.0', undefined]);
    expect(JSON.stringify(close.attributes)).not.toContain('never-recorded');
  });

  it.each([['websocket'], ['polling', 'websocket']])(
    "is read from socket.io's auth over %s %s",
    async (...transports) => {
      instrumented.instrumentation.instrumentModule(engineWs);
      const http = createServer().listen(0, '127.0.0.1');
      await once(http, 'listening');
      const server = new Server(http);
      server.use(clientFromAuth(auth => ({ name: String(auth.app), version: String(auth.version) })));
      const client = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
        transports: transports as string[],
        reconnection: false,
        auth: { app: 'chat', version: '3.0.0', token: 'never-recorded' },
      });
      await new Promise<void>(resolve => client.once('connect', resolve));
      if (client.io.engine.transport.name === 'polling') {
        await new Promise(resolve => client.io.engine.once('upgrade', resolve));
      }
      client.disconnect();
      const close = await spans.find('websocket.close', 'server');
      await server.close();
      expect(clientOf(close)).toEqual(['chat', '3.0.0', undefined]);
      expect(JSON.stringify(close.attributes)).not.toContain('never-recorded');
    },
  );

  it('stays unknown where the reader throws, and the client is let in', () => {
    const read = (): never => {
      throw new Error('reader');
    };
    const extra = { socket: {} };
    expect(clientFromConnectionInit(read)({ connectionParams: {}, extra })).toBeUndefined();
    expect(clientFromConnectionInit(read)({ connectionParams: {}, extra: undefined })).toBeUndefined();
    let letIn = 0;
    const conn = { transport: { socket: {} }, once: () => {} };
    clientFromAuth(read)({ handshake: { auth: {} }, conn }, () => {
      letIn += 1;
    });
    expect(letIn).toBe(1);
  });
});
