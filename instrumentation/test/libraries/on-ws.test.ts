import { describe, expect, it } from 'vitest';
import { closesOf, spansOfProcess } from '../instrumented-process.ts';

/** What every application below does: a client sends bytes as text, and another one is told of a restart. */
const CLIENTS = `
  const clients = url => new Promise(resolve => {
    const bad = new WebSocket(url + '?bad', protocol);
    bad.on('error', () => {});
    bad.on('open', () => bad.send(Buffer.from('1f8b080000000000', 'hex'), { binary: false }));
    bad.on('close', () => new WebSocket(url, protocol).on('close', resolve));
  });`;

const DETECTED = {
  'websocket.close.code': 1007,
  'websocket.close.code_reported': 1006,
  'websocket.close.initiator': 'local',
  'websocket.payload.defect': 'invalid_utf8',
  'websocket.payload.offset': 1,
  'websocket.payload.signature': 'gzip',
  'websocket.payload.sender': 'client',
};
const RESTARTED = { 'websocket.close.code': 1012, 'websocket.close.initiator': 'local' };

describe.each(['mjs', 'cjs'] as const)('servers on top of ws, loaded as %s', kind => {
  const load = (name: string, from: string): string =>
    kind === 'mjs' ? `import ${name} from '${from}';` : `const ${name} = require('${from}');`;

  it('@fastify/websocket: the code that a server sees as 1006 is told', async () => {
    const source = `
      ${load('fastify', 'fastify')} ${load('plugin', '@fastify/websocket')} ${load('{ WebSocket }', 'ws')}
      const protocol = []; ${CLIENTS}
      const app = fastify();
      app.register(plugin);
      app.register(async scope => scope.get('/live', { websocket: true }, (socket, request) => {
        socket.on('error', () => {});
        if (!('bad' in request.query)) socket.close(1012);
      }));
      app.listen({ port: 0, host: '127.0.0.1' }).then(async url => {
        await clients(url.replace('http', 'ws') + '/live');
        await app.close();
      });`;
    const closes = closesOf(await spansOfProcess(kind, source), 'server');
    expect(closes[0]).toMatchObject({ ...DETECTED, 'url.path': '/live' });
    expect(closes[1]).toMatchObject(RESTARTED);
  });

  it('express-ws, on its own ws 7: the code that a server sees as 1006 is told', async () => {
    const source = `
      ${load('express', 'express')} ${load('expressWs', 'express-ws')} ${load('{ WebSocket }', 'ws')}
      const protocol = []; ${CLIENTS}
      const app = express();
      expressWs(app);
      app.ws('/live', (socket, request) => {
        socket.on('error', () => {});
        if (!('bad' in request.query)) socket.close(1012);
      });
      const http = app.listen(0, '127.0.0.1', async () => {
        await clients('ws://127.0.0.1:' + http.address().port + '/live');
        http.close();
      });`;
    const closes = closesOf(await spansOfProcess(kind, source), 'server');
    expect(closes[0]).toMatchObject({ ...DETECTED, 'url.path': '/live' });
    expect(closes[1]).toMatchObject(RESTARTED);
  });

  it("graphql-ws: its own 44xx are an application's, and 1007 and 1012 what they are", async () => {
    const source = `
      ${load('{ useServer }', 'graphql-ws/use/ws')} ${load('{ buildSchema }', 'graphql')}
      ${load('{ WebSocket, WebSocketServer }', 'ws')}
      const protocol = ['graphql-transport-ws']; ${CLIENTS}
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/graphql' });
      useServer({ schema: buildSchema('type Query { hello: String }') }, server);
      server.on('connection', (socket, request) => request.url.endsWith('?bad') || socket.close(1012));
      server.on('listening', async () => {
        const url = 'ws://127.0.0.1:' + server.address().port + '/graphql';
        await clients(url);
        const unauthorized = new WebSocket(url + '?bad', protocol);
        unauthorized.on('open', () => unauthorized.send('{"type":"subscribe","id":"1","payload":{"query":"{hello}"}}'));
        unauthorized.on('close', () => server.close());
      });`;
    const closes = closesOf(await spansOfProcess(kind, source), 'server');
    expect(closes[0]).toMatchObject({ ...DETECTED, 'websocket.subprotocol': 'graphql-transport-ws' });
    expect(closes[1]).toMatchObject(RESTARTED);
    expect(closes[2]).toMatchObject({
      'websocket.close.code': 4401,
      'websocket.close.initiator': 'local',
      'websocket.close.reason': 'Unauthorized',
    });
  });
});
