import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type InstrumentedWs, instrumentWs } from '../../test/instrumented-ws.ts';
import type { RecordedSpans } from '../../test/recorded-spans.ts';
import { listen, openPair, rawSocket } from '../../test/socket-pair.ts';

async function closedPort(): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('a handshake', () => {
  let instrumented: InstrumentedWs;
  let spans: RecordedSpans;

  beforeEach(() => {
    instrumented = instrumentWs();
    spans = instrumented.spans;
  });
  afterEach(() => instrumented.stop());

  it('says where it goes and who connects, on both ends, without the query', async () => {
    const headers = {
      'X-Client-Name': 'web',
      'X-Client-Version': '5.2.0',
      'X-Client-Id': 'c-17',
      'User-Agent': 'demo/1',
    };
    const { url } = await openPair({ handleProtocols: () => 'chat.v2' }, { headers }, ['chat.v1', 'chat.v2']);
    const common = {
      'network.protocol.name': 'websocket',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(url).port),
      'url.scheme': 'ws',
      'url.path': '/chat',
      'websocket.client.name': 'web',
      'websocket.client.version': '5.2.0',
      'websocket.client.id': 'c-17',
      'websocket.subprotocol': 'chat.v2',
    };
    const client = await spans.find('websocket.connect', 'client');
    const clientId = client.spanContext().spanId;
    expect(client.attributes).toEqual({ ...common, 'websocket.role': 'client', 'websocket.connection.id': clientId });
    const server = await spans.find('websocket.connect', 'server');
    expect(server.attributes).toEqual({
      ...common,
      'websocket.role': 'server',
      'user_agent.original': 'demo/1',
      'websocket.connection.id': server.spanContext().spanId,
    });
    expect([client.status.code, server.status.code]).toEqual([0, 0]);
  });

  it("makes the client's connect span the remote parent of the server's", async () => {
    await openPair();
    const client = await spans.find('websocket.connect', 'client');
    const server = await spans.find('websocket.connect', 'server');
    expect(server.parentSpanContext).toMatchObject({
      traceId: client.spanContext().traceId,
      spanId: client.spanContext().spanId,
      isRemote: true,
    });
  });

  it('that the server refuses has the HTTP status on both ends, and no close span', async () => {
    const { url } = await listen({ verifyClient: (_info, answer) => setImmediate(answer, false, 401) });
    const client = new WebSocket(url);
    const closed = new Promise(resolve => client.on('close', resolve));
    const [error] = (await once(client, 'error')) as [Error];
    expect(error.message).toBe('Unexpected server response: 401');
    expect(await closed).toBe(1006);
    for (const role of ['client', 'server'] as const) {
      const span = await spans.find('websocket.connect', role);
      expect(span.attributes).toMatchObject({ 'http.response.status_code': 401, 'error.type': '401' });
      expect(span.status.code).toBe(2);
    }
    expect(spans.named('websocket.close')).toEqual([]);
  });

  it('is refused with 400 where the path is another', async () => {
    const { url } = await listen({ path: '/elsewhere' });
    new WebSocket(url).on('error', () => {});
    const span = await spans.find('websocket.connect', 'server');
    expect(span.attributes).toMatchObject({ 'http.response.status_code': 400, 'error.type': '400' });
  });

  it('over a Unix socket keeps the name of the file to itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'closewatch-unix-'));
    const server = createHttpServer().listen(join(folder, 'app.sock'));
    await once(server, 'listening');
    const wss = new WebSocketServer({ server });
    const client = new WebSocket(`ws+unix:${join(folder, 'app.sock')}:/chat?key=1`);
    await once(client, 'open');
    const span = await spans.find('websocket.connect', 'client');
    expect(span.attributes).toMatchObject({ 'server.address': 'localhost', 'url.scheme': 'ws', 'url.path': '/chat' });
    client.terminate();
    await once(client, 'close');
    wss.close();
    server.close();
    await rm(folder, { recursive: true });
  });

  it('leaves the socket of the server as it was, once the connection is open', async () => {
    const { server } = await openPair({ verifyClient: (_info, answer) => setImmediate(answer, true) });
    expect(Object.hasOwn(rawSocket(server), 'end')).toBe(false);
  });

  it("that nobody answers has the system's error", async () => {
    const port = await closedPort();
    new WebSocket(`ws://127.0.0.1:${port}/`).on('error', () => {});
    const span = await spans.find('websocket.connect', 'client');
    expect(span.attributes).toMatchObject({ 'error.type': 'ECONNREFUSED', 'server.port': port, 'url.path': '/' });
    expect(span.status.code).toBe(2);
  });

  it.each([
    ['timeout', (url: string) => new WebSocket(url, { handshakeTimeout: 20 })],
    [
      'aborted',
      (url: string) => {
        const webSocket = new WebSocket(url);
        webSocket.terminate();
        return webSocket;
      },
    ],
  ])('that is given up says why: %s', async (errorType, connect) => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const webSocket = connect(`ws://127.0.0.1:${(silent.address() as AddressInfo).port}/`);
    webSocket.on('error', () => {});
    const span = await spans.find('websocket.connect', 'client');
    expect(span.attributes['error.type']).toBe(errorType);
    silent.close();
  });

  it('follows redirects within one connect span, which the last server continues', async () => {
    const { wss, url } = await listen();
    const redirecting = createServer(socket => {
      socket.once('data', () => socket.end(`HTTP/1.1 302 Found\r\nLocation: ${url}\r\nConnection: close\r\n\r\n`));
    }).listen(0, '127.0.0.1');
    await once(redirecting, 'listening');
    const { port } = redirecting.address() as AddressInfo;
    const connected = once(wss, 'connection');
    const client = new WebSocket(`ws://127.0.0.1:${port}/`, { followRedirects: true });
    await Promise.all([once(client, 'open'), connected]);
    const span = await spans.find('websocket.connect', 'client');
    const server = await spans.find('websocket.connect', 'server');
    expect(server.parentSpanContext?.spanId).toBe(span.spanContext().spanId);
    expect(spans.named('websocket.connect')).toHaveLength(2);
    client.terminate();
    redirecting.close();
  });
});

describe('a hook', () => {
  it('names the client and the template, before the headers', async () => {
    const { spans, stop } = instrumentWs({
      identifyClient: ({ role, url, headers }) => ({
        id: `${role}:${url.searchParams.get('token')}`,
        name: headers.host,
      }),
      urlTemplate: ({ url }) => `/:room${url.pathname.length}`,
    });
    const { url } = await openPair({}, { headers: { 'x-client-id': 'overruled', 'x-client-version': '1.0' } });
    const span = await spans.find('websocket.connect', 'server');
    expect(span.attributes).toMatchObject({
      'websocket.client.id': 'server:never-recorded',
      'websocket.client.name': new URL(url).host,
      'websocket.client.version': '1.0',
      'url.template': '/:room5',
    });
    await stop();
  });

  it('that throws is logged once, and changes nothing', async () => {
    const logged: unknown[][] = [];
    const ignore = (): void => {};
    const logger = {
      error: (...args: unknown[]) => logged.push(args),
      warn: ignore,
      info: ignore,
      debug: ignore,
      verbose: ignore,
    };
    diag.setLogger(logger, DiagLogLevel.ERROR);
    const { spans, stop } = instrumentWs({
      identifyClient: () => {
        throw new Error('no identity');
      },
    });
    const { client, server } = await openPair({}, { headers: { 'x-client-id': 'c-1' } });
    client.send('hello');
    expect(String((await once(server, 'message'))[0])).toBe('hello');
    const span = await spans.find('websocket.connect', 'client');
    expect(span.attributes['websocket.client.id']).toBe('c-1');
    await stop();
    diag.disable();
    expect(logged.map(args => args.slice(0, 2))).toEqual([
      [
        '@closewatch/instrumentation',
        'identifyClient failed; the application is not affected, and this is logged once',
      ],
    ]);
  });
});
