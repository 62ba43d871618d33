import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as newest from 'ws';
import required from 'ws-7-5';
import * as ws80 from 'ws-8-0';
import * as ws88 from 'ws-8-8';
import * as ws813 from 'ws-8-13';
import * as ws818 from 'ws-8-18';
import { WebSocketInstrumentation } from '../../src/websocket-instrumentation.ts';
import { RecordedSpans } from '../recorded-spans.ts';
import { rawSocket, serverFrame } from '../socket-pair.ts';

// It exports the class, with the others on it.
const ws75 = { ...required, WebSocket: required, WebSocketServer: required.Server } as unknown as Ws;

type Ws = Omit<typeof newest, 'default'>;

const GZIP = Buffer.from('1f8b080000000000', 'hex');

// express-ws still brings ws 7.5. The oldest and the newest of ws 8, and three in between.
describe.each<[version: string, ws: Ws]>([
  ['7.5.14', ws75],
  ['8.0.0', ws80],
  ['8.8.1', ws88],
  ['8.13.0', ws813],
  ['8.18.3', ws818],
  ['8.23.0', newest],
])('ws %s', (version, { WebSocket, WebSocketServer, ...rest }) => {
  let spans: RecordedSpans;
  let instrumentation: WebSocketInstrumentation;
  let wss: newest.WebSocketServer;
  let url: string;
  const clients: newest.WebSocket[] = [];

  beforeEach(async () => {
    spans = RecordedSpans.register();
    instrumentation = new WebSocketInstrumentation();
    instrumentation.instrumentModule({ WebSocket, WebSocketServer, ...rest });
    wss = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: { threshold: 0 } });
    await once(wss, 'listening');
    url = `ws://127.0.0.1:${(wss.address() as AddressInfo).port}/chat`;
  });
  afterEach(async () => {
    for (const socket of [...clients.splice(0), ...wss.clients]) socket.terminate();
    await new Promise(resolve => wss.close(resolve));
    instrumentation.disable();
    spans.unregister();
  });

  async function open(
    options: newest.ClientOptions = { perMessageDeflate: false },
  ): Promise<{ client: newest.WebSocket; server: newest.WebSocket }> {
    const connected = once(wss, 'connection') as Promise<[newest.WebSocket]>;
    const client = new WebSocket(url, options);
    clients.push(client);
    client.on('error', () => {});
    const [[server]] = await Promise.all([connected, once(client, 'open')]);
    server.on('error', () => {});
    return { client, server };
  }

  it("tells the server's 1007 and what the bytes were, and the client that it was told", async () => {
    const { client } = await open();
    client.send('fine');
    client.send(GZIP, { binary: false });
    const server = await spans.find('websocket.close', 'server');
    expect(server.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_sent': 1007,
      'websocket.close.code_reported': 1006,
      'websocket.close.initiator': 'local',
      'error.type': 'WS_ERR_INVALID_UTF8',
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.offset': 1,
      'websocket.payload.size': 8,
      'websocket.payload.fragments': 1,
      'websocket.payload.signature': 'gzip',
      'websocket.payload.sender': 'client',
      'websocket.payload.message_index': 1,
    });
    const atClient = await spans.find('websocket.close', 'client');
    expect(atClient.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_received': 1007,
      'websocket.close.initiator': 'remote',
      'websocket.payload.sender': 'client',
    });
  });

  it('finds the bad byte in what a compressed message says', async () => {
    const { client } = await open({ perMessageDeflate: { threshold: 0 } });
    client.send(Buffer.from('café', 'latin1'), { binary: false, compress: true });
    const close = await spans.find('websocket.close', 'server');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.offset': 3,
      'websocket.payload.signature': 'latin-1',
    });
  });

  it('tells bad deflate data', async () => {
    const { server } = await open({ perMessageDeflate: true });
    rawSocket(server).write(serverFrame(0xc1, Buffer.from([0xff, 0xff, 0xff])));
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.payload.defect': 'invalid_deflate',
      'websocket.payload.size': 3,
      'websocket.payload.sender': 'server',
    });
  });

  it('tells a close reason that is no text', async () => {
    const { server } = await open();
    rawSocket(server).write(serverFrame(0x88, Buffer.from([0x03, 0xe8, 0xff])));
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.payload.defect': 'invalid_close_reason',
      'websocket.payload.offset': 0,
    });
  });

  it("tells a server's 1012 on both ends, and the reconnect that answers it", async () => {
    const { client, server } = await open();
    const back = new Promise<newest.WebSocket>(resolve => {
      client.on('close', () => {
        const next = new WebSocket(url, { perMessageDeflate: false });
        clients.push(next);
        next.on('open', () => resolve(next));
      });
    });
    server.close(1012, 'restart');
    await back;
    const atServer = await spans.find('websocket.close', 'server');
    const atClient = await spans.find('websocket.close', 'client');
    const both = {
      'websocket.close.code': 1012,
      'websocket.close.code_sent': 1012,
      'websocket.close.code_received': 1012,
      'websocket.close.reason': 'restart',
      'websocket.close.clean': true,
    };
    expect(atServer.attributes).toMatchObject({ ...both, 'websocket.close.initiator': 'local' });
    expect(atClient.attributes).toMatchObject({ ...both, 'websocket.close.initiator': 'remote' });
    const reconnect = await spans.find('websocket.reconnect');
    expect(reconnect.attributes).toMatchObject({
      'websocket.reconnect.match': 'context',
      'websocket.reconnect.previous_code': 1012,
      'websocket.reconnect.attempts': 1,
      'websocket.reconnect.outcome': 'recovered',
    });
  });

  it('tells terminate() from a connection that was cut', async () => {
    const { client } = await open();
    client.terminate();
    const local = await spans.find('websocket.close', 'client');
    const remote = await spans.find('websocket.close', 'server');
    expect(local.attributes).toMatchObject({
      'websocket.close.code': 1006,
      'websocket.close.initiator': 'local',
      'websocket.close.clean': false,
    });
    expect(remote.attributes).toMatchObject({
      'websocket.close.code': 1006,
      'websocket.close.initiator': 'transport',
    });
  });

  it("tells a failed handshake's HTTP status", async () => {
    const http = createServer((_, response) => response.writeHead(503).end());
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
    await once(client, 'error');
    const connect = await spans.find('websocket.connect', 'client');
    http.close();
    expect(connect.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' });
  });

  it('shares the trace of the handshake between both ends, but for clients before 8.1', async () => {
    await open();
    const client = await spans.find('websocket.connect', 'client');
    const server = await spans.find('websocket.connect', 'server');
    const isShared = server.parentSpanContext?.spanId === client.spanContext().spanId;
    expect(isShared).toBe(!['7.5.14', '8.0.0'].includes(version)); // there the request has left before it can be seen
  });
});
