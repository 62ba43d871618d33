import { describe, expect, it } from 'vitest';
import { closesOf, spansOfProcess, type ToldSpan } from '../instrumented-process.ts';

const LOADING = {
  mjs: `import { Server } from 'socket.io'; import { io } from 'socket.io-client'; import { createServer } from 'node:http';`,
  cjs: `const { Server } = require('socket.io'); const { io } = require('socket.io-client'); const { createServer } = require('node:http');`,
};

/** A server, and a client that comes back once; `act` is what happens to the first connection. */
function application(act: string, serverOptions = '{}', clientOptions = `{ transports: ['websocket'] }`): string {
  return `
    const http = createServer();
    const server = new Server(http, ${serverOptions});
    http.listen(0, '127.0.0.1', () => {
      const client = io('http://127.0.0.1:' + http.address().port, {
        reconnectionDelay: 10, reconnectionDelayMax: 20, ...${clientOptions}
      });
      let connections = 0;
      server.on('connection', socket => {
        connections += 1;
        if (connections === 2) return end();
        const onWebSocket = () => { ${act} };
        if (socket.conn.transport.name === 'websocket') onWebSocket();
        else socket.conn.once('upgrade', () => setImmediate(onWebSocket));
      });
      const end = () => { client.disconnect(); server.close(); };
    });`;
}

function spansOf(kind: 'mjs' | 'cjs', source: string): Promise<ToldSpan[]> {
  return spansOfProcess(kind, LOADING[kind] + source);
}

describe('socket.io 4, on copies of ws and engine.io of its own', () => {
  it.each(['mjs', 'cjs'] as const)('(%s) hides a 1007 that our spans tell, on both ends', async kind => {
    const spans = await spansOf(
      kind,
      application(`socket.conn.transport.socket.send(Buffer.from([0xff]), { binary: false });`),
    );
    expect(closesOf(spans, 'client')[0]).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_reported': 1006,
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.sender': 'server',
      'websocket.close.library_reason': 'transport error',
    });
    expect(closesOf(spans, 'server')[0]).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.initiator': 'remote',
      'websocket.close.library_reason': 'transport close',
    });
    const reconnect = spans.find(span => span.name === 'websocket.reconnect');
    expect(reconnect?.attributes).toMatchObject({
      'websocket.reconnect.outcome': 'recovered',
      'websocket.reconnect.previous_code': 1007,
      'websocket.reconnect.match': 'context',
    });
  });

  it.each(['mjs', 'cjs'] as const)('(%s) says transport close where the server sends 1012', async kind => {
    const spans = await spansOf(kind, application(`socket.conn.transport.socket.close(1012);`));
    expect(closesOf(spans, 'client')[0]).toMatchObject({
      'websocket.close.code': 1012,
      'websocket.close.initiator': 'remote',
      'websocket.close.library_reason': 'transport close',
    });
    const reconnect = spans.find(span => span.name === 'websocket.reconnect');
    expect(reconnect?.attributes).toMatchObject({ 'websocket.reconnect.previous_code': 1012 });
  });

  it('says ping timeout where the client has fallen silent', async () => {
    const silence = `client.io.engine.transport.write = () => {};`;
    const spans = await spansOf('mjs', application(silence, '{ pingInterval: 50, pingTimeout: 50 }'));
    expect(closesOf(spans, 'server')[0]).toMatchObject({
      'websocket.close.code': 1005,
      'websocket.close.initiator': 'local',
      'websocket.close.library_reason': 'ping timeout',
    });
  });

  it('is followed after an upgrade from long polling too', async () => {
    const spans = await spansOf('mjs', application(`socket.conn.transport.socket.terminate();`, '{}', '{}'));
    expect(closesOf(spans, 'server')[0]).toMatchObject({
      'websocket.close.code': 1006,
      'websocket.close.initiator': 'local',
      'websocket.close.library_reason': 'transport close',
      'url.path': '/socket.io/',
    });
    expect(closesOf(spans, 'client')[0]).toMatchObject({ 'websocket.close.initiator': 'transport' });
  });
});
