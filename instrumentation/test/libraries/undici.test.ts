import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket, WebSocketServer } from 'ws';
import { setClient } from '../../src/identity/set-client.ts';
import { type InstrumentedWs, instrumentWs } from '../instrumented-ws.ts';
import type { RecordedSpans } from '../recorded-spans.ts';
import { listen, rawSocket, serverFrame } from '../socket-pair.ts';
import { next, type StandardWebSocket, WEB_SOCKET_CLASSES } from './web-socket-clients.ts';

describe.each(WEB_SOCKET_CLASSES)('%s', (_, WebSocketClass) => {
  let instrumented: InstrumentedWs;
  let spans: RecordedSpans;
  let wss: WebSocketServer;
  let url: string;

  beforeEach(async () => {
    instrumented = instrumentWs();
    spans = instrumented.spans;
    ({ wss, url } = await listen());
  });
  afterEach(() => instrumented.stop());

  async function open(protocols: string[] = [], at = url): Promise<{ client: StandardWebSocket; server: WebSocket }> {
    const connected = once(wss, 'connection') as Promise<[WebSocket]>;
    const client = new WebSocketClass(at, protocols);
    const [[server]] = await Promise.all([connected, next(client, 'open')]);
    server.on('error', () => {});
    return { client, server };
  }

  it('shares the trace of its handshake with the server', async () => {
    wss.options.handleProtocols = () => 'v1';
    const { server } = await open(['v1']);
    server.close(1000);
    const connect = await spans.find('websocket.connect', 'client');
    const atServer = await spans.find('websocket.connect', 'server');
    expect(connect.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(url).port),
      'url.scheme': 'ws',
      'url.path': '/chat',
      'websocket.subprotocol': 'v1',
      'network.protocol.name': 'websocket',
    });
    expect(JSON.stringify(connect.attributes)).not.toContain('never-recorded');
    expect(atServer.parentSpanContext?.spanId).toBe(connect.spanContext().spanId);
    await spans.find('websocket.close', 'client');
  });

  it("tells a server's 1012, and that it was answered", async () => {
    const { server } = await open();
    server.send('one');
    server.send(Buffer.from([2]));
    server.close(1012, 'restart');
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1012,
      'websocket.close.code_received': 1012,
      'websocket.close.code_sent': 1012,
      'websocket.close.code_reported': 1012,
      'websocket.close.initiator': 'remote',
      'websocket.close.clean': true,
      'websocket.close.reason': 'restart',
      'websocket.messages.received': 2,
    });
    expect(close.status.code).toBe(0);
  });

  it('tells 1007 for bad text, though its close event says 1006, with what the bytes were', async () => {
    const { client, server } = await open();
    const closed = next(client, 'close');
    server.send('fine');
    server.send(gzipSync('hello'), { binary: false });
    const event = (await closed) as Event & { code: number };
    const close = await spans.find('websocket.close', 'client');
    expect(event.code).toBe(1006);
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_reported': 1006,
      'websocket.close.initiator': 'local',
      'websocket.close.clean': false,
      'error.type': '1007',
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.offset': 1,
      'websocket.payload.size': gzipSync('hello').length,
      'websocket.payload.fragments': 1,
      'websocket.payload.signature': 'gzip',
      'websocket.payload.sender': 'server',
      'websocket.payload.message_index': 1,
      'websocket.messages.received': 1,
    });
    expect(close.status.code).toBe(2);
    const atServer = await spans.find('websocket.close', 'server');
    // undici 6 fails a connection without telling the other side.
    const told = WebSocketClass === globalThis.WebSocket && process.versions.undici?.startsWith('6.') ? 1006 : 1007;
    expect(atServer.attributes['websocket.close.code']).toBe(told);
  });

  it('hands the bad message to the hook, and carries the identity that the application gave', async () => {
    await instrumented.stop();
    const heard: unknown[] = [];
    instrumented = instrumentWs({
      onDefect: ({ role, defect, offset, client }, bytes) =>
        heard.push([role, defect, offset, client.name, bytes?.length]),
    });
    spans = instrumented.spans;
    ({ wss, url } = await listen());
    const { client, server } = await open();
    expect(setClient(client, { name: 'checkout', version: '5.2.0' })).toBe(true);
    server.send(Buffer.from([0x61, 0xff]), { binary: false });
    const close = await spans.find('websocket.close', 'client');
    expect(heard).toEqual([['client', 'invalid_utf8', 1, 'checkout', 2]]);
    expect(close.attributes).toMatchObject({
      'websocket.client.name': 'checkout',
      'websocket.client.version': '5.2.0',
    });
  });

  it('finds the bad byte in a message of several frames and chunks', async () => {
    const { client, server } = await open();
    const closed = next(client, 'close');
    const socket = rawSocket(server);
    const bytes = Buffer.concat([serverFrame(0x01, Buffer.from('ab')), serverFrame(0x80, Buffer.from([0x63, 0xff]))]);
    for (const byte of bytes) {
      socket.write(Buffer.from([byte]));
      await new Promise(resolve => setImmediate(resolve));
    }
    await closed;
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.payload.offset': 3,
      'websocket.payload.size': 4,
      'websocket.payload.fragments': 2,
    });
  });

  it('blames the bad message among several that come at once, with a close behind it', async () => {
    const { client, server } = await open();
    const closed = next(client, 'close');
    const frames = [
      serverFrame(0x81, Buffer.from('good')),
      serverFrame(0x81, Buffer.from([0xe9])),
      serverFrame(0x81, Buffer.from([0xff, 0xfe])),
      serverFrame(0x88, Buffer.from([0x03, 0xf4])),
    ];
    rawSocket(server).write(Buffer.concat(frames));
    await closed;
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.size': 1,
      'websocket.payload.message_index': 1,
    });
  });

  it('tells a close reason that is no text from a message that is none', async () => {
    const { client, server } = await open();
    const closed = next(client, 'close');
    rawSocket(server).write(serverFrame(0x88, Buffer.from([0x03, 0xe8, 0x61, 0xff])));
    await closed;
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.payload.defect': 'invalid_close_reason',
      'websocket.payload.offset': 1,
    });
  });

  it('tells bad deflate data, without the bytes that it cannot see', async () => {
    wss.options.perMessageDeflate = true;
    const { client, server } = await open();
    const closed = next(client, 'close');
    rawSocket(server).write(serverFrame(0xc1, Buffer.from([0xff, 0xff, 0xff])));
    await closed;
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.payload.defect': 'invalid_deflate',
      'websocket.close.initiator': 'local',
    });
    expect(close.attributes).not.toHaveProperty('websocket.payload.offset');
  });

  it('tells text that was bad before it was compressed, without its offset', async () => {
    wss.options.perMessageDeflate = { threshold: 0 };
    const { client, server } = await open();
    const closed = next(client, 'close');
    server.send(Buffer.from([0x61, 0xff]), { binary: false });
    await closed;
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.payload.defect': 'invalid_utf8',
    });
    expect(close.attributes).not.toHaveProperty('websocket.payload.offset');
  });

  it('tells a protocol error', async () => {
    const { client, server } = await open();
    const closed = next(client, 'close');
    rawSocket(server).write(serverFrame(0x83, Buffer.from('?')));
    await closed;
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({ 'websocket.close.code': 1002, 'websocket.close.initiator': 'local' });
    expect(close.attributes).not.toHaveProperty('websocket.payload.defect');
  });

  it("tells the application's own close, with its code", async () => {
    const { client } = await open();
    client.close(3007, 'done');
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 3007,
      'websocket.close.code_sent': 3007,
      'websocket.close.code_received': 3007,
      'websocket.close.initiator': 'local',
      'websocket.close.reason': 'done',
      'websocket.close.clean': true,
    });
  });

  it('tells a close that the application sends from its open handler', async () => {
    const client = new WebSocketClass(url);
    client.onopen = () => client.close(3001, 'at once');
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 3001,
      'websocket.close.code_sent': 3001,
      'websocket.close.initiator': 'local',
    });
  });

  it('is not fooled by text that looks like a close frame on the wire', async () => {
    const { client, server } = await open();
    const message = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xef]);
    const arrived = once(server, 'message');
    for (let index = 0; index < 50; index += 1) client.send(message.toString('latin1'));
    await arrived;
    server.close(1001);
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({ 'websocket.close.code': 1001, 'websocket.close.code_sent': 1001 });
  });

  it('tells a connection that was cut', async () => {
    const { server } = await open();
    server.terminate();
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1006,
      'websocket.close.initiator': 'transport',
      'websocket.close.clean': false,
    });
    expect(close.attributes).not.toHaveProperty('websocket.close.code_sent');
  });

  it("tells a failed handshake's HTTP status", async () => {
    const http = createServer((_, response) => response.writeHead(503).end());
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const client = new WebSocketClass(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
    await next(client, 'error');
    const connect = await spans.find('websocket.connect', 'client');
    http.close();
    expect(connect.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' });
    expect(connect.status.code).toBe(2);
    expect(spans.named('websocket.close')).toEqual([]);
  });

  it('tells why a handshake never reached a server, or was given up', async () => {
    const gone = await listen();
    await new Promise(resolve => gone.wss.close(resolve));
    await next(new WebSocketClass(gone.url), 'error');
    const refused = await spans.find('websocket.connect', 'client');
    expect(refused.attributes['error.type']).toBe('ECONNREFUSED');
    const impatient = new WebSocketClass(url);
    impatient.close();
    const aborted = await spans.find('websocket.connect', 'client', span => span !== refused);
    expect(aborted.attributes['error.type']).toBe('aborted');
  });

  it('tells a handshake that ends in an answer that is none', async () => {
    const http = createServer();
    http.on('upgrade', (_, socket) => {
      socket.write('HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n');
    });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const client = new WebSocketClass(`ws://user:password@127.0.0.1:${(http.address() as AddressInfo).port}/`);
    await next(client, 'error');
    const connect = await spans.find('websocket.connect', 'client');
    http.close();
    expect(connect.attributes['error.type']).toBe('invalid_handshake');
    expect(JSON.stringify(connect.attributes)).not.toContain('password');
  });

  it('keeps connections apart that open at the same time', async () => {
    const servers: WebSocket[] = [];
    wss.on('connection', socket => servers.push(socket));
    const clients = Array.from({ length: 5 }, () => new WebSocketClass(url));
    await Promise.all(clients.map(client => next(client, 'open')));
    clients.forEach((client, index) => {
      client.close(4000 + index);
    });
    for (const index of [0, 1, 2, 3, 4]) {
      const ofIndex = (span: { attributes: Record<string, unknown> }): boolean =>
        span.attributes['websocket.close.code'] === 4000 + index;
      const atClient = await spans.find('websocket.close', 'client', ofIndex);
      const atServer = await spans.find('websocket.close', 'server', ofIndex);
      expect(atServer.links[0]?.context.traceId).toBe(atClient.links[0]?.context.traceId);
    }
  });

  it('pairs a reconnect from the close handler by its async context', async () => {
    const other = await open();
    other.server.close(1001);
    await spans.find('websocket.close', 'client'); // waits at the same endpoint, and came first
    const first = once(wss, 'connection') as Promise<[WebSocket]>;
    const client = new WebSocketClass(`${url}&other`, ['v2']);
    const [server] = await first;
    const back = once(wss, 'connection') as Promise<[WebSocket]>;
    client.onclose = () => setTimeout(() => new WebSocketClass(url), 5);
    server.close(1012);
    await back;
    const reconnect = await spans.find('websocket.reconnect');
    expect(reconnect.attributes).toMatchObject({
      'websocket.reconnect.match': 'context',
      'websocket.reconnect.outcome': 'recovered',
      'websocket.reconnect.previous_code': 1012,
      'websocket.reconnect.attempts': 1,
    });
  });
});

describe("the host's view of an instrumented WebSocket", () => {
  it.each(WEB_SOCKET_CLASSES)('%s: the class is the same, and its sockets carry nothing', async (_, WebSocketClass) => {
    const before = Object.getOwnPropertyDescriptors(WebSocketClass.prototype);
    const globalBefore = globalThis.WebSocket;
    const instrumented = instrumentWs();
    const { wss, url } = await listen();
    const client = new WebSocketClass(url);
    await next(client, 'open');
    expect(globalThis.WebSocket).toBe(globalBefore);
    expect(client).toBeInstanceOf(WebSocketClass);
    expect(client.constructor).toBe(WebSocketClass);
    expect(WebSocketClass.name).toBe('WebSocket');
    expect(WebSocketClass.OPEN).toBe(1);
    expect(Object.keys(client)).toEqual([]);
    expect(getEventListeners(client as EventTarget, 'close')).toEqual([]);
    expect(getEventListeners(client as EventTarget, 'error')).toEqual([]);
    expect(WebSocketClass.prototype.close.name).toBe('close');
    expect(() => client.close(1007)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }));
    expect(() => client.close(3000, 'x'.repeat(124))).toThrow(expect.objectContaining({ name: 'SyntaxError' }));
    const closed = next(client, 'close');
    for (const socket of wss.clients) socket.close();
    await closed;
    await instrumented.stop();
    expect(Object.getOwnPropertyDescriptors(WebSocketClass.prototype)).toEqual(before);
  });
});
