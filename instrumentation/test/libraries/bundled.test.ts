import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import * as undici from 'undici';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { instrumentWebSocketClass, instrumentWebSocketServer } from '../../src/index.ts';
import { closesOf, spansOfProcess } from '../instrumented-process.ts';

/** An application as one ECMAScript (`mjs`) or CommonJS (`cjs`) file, with its own ws inside, and this package outside. */
async function bundle(source: string, kind: 'mjs' | 'cjs' = 'mjs'): Promise<string> {
  const folder = await mkdtemp(join(import.meta.dirname, '.bundle-'));
  try {
    const input = join(folder, 'application.mjs');
    await writeFile(input, source);
    const build = await rolldown({ input, platform: 'node', external: [/src\/index\.ts$/] });
    const { output } = await build.generate({ format: kind === 'mjs' ? 'esm' : 'cjs' });
    await build.close();
    expect(output[0].code).not.toMatch(/(?:from |require\()["'`]ws["'`]/);
    expect(/^import /m.test(output[0].code)).toBe(kind === 'mjs');
    return output[0].code;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const IMPORTS = `
  import { WebSocket, WebSocketServer } from 'ws';
  import { instrumentWebSocketClass, instrumentWebSocketServer, startDrain } from ${JSON.stringify(fileURLToPath(import.meta.resolve('../../src/index.ts')))};
`;

const APPLICATION = `
  server.on('connection', socket => {
    socket.on('error', () => {});
    if (server.told) return socket.close(1012);
    server.told = true;
  });
  server.on('listening', () => {
    const url = 'ws://127.0.0.1:' + server.address().port;
    const bad = new Client(url);
    bad.on('open', () => bad.send(Buffer.from('1f8b080000000000', 'hex'), { binary: false }));
    bad.on('close', () => new Client(url).on('close', () => server.close()));
  });`;

describe('an application that was bundled with its ws', () => {
  it.each(['mjs', 'cjs'] as const)('(%s) is instrumented by two explicit calls, on both ends', async kind => {
    const source = `${IMPORTS}
      class Client extends WebSocket {}
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      if (startDrain(server)) throw new Error('known too early');
      if (!instrumentWebSocketServer(server) || !instrumentWebSocketClass(Client)) throw new Error('not taken');
      if (!startDrain(server)) throw new Error('not known');
      ${APPLICATION}`;
    const spans = await spansOfProcess(kind, await bundle(source, kind));
    expect(closesOf(spans, 'server')[0]).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_sent': 1007,
      'websocket.close.code_reported': 1006,
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.offset': 1,
      'websocket.payload.signature': 'gzip',
    });
    expect(closesOf(spans, 'client')[0]).toMatchObject({
      'websocket.close.code': 1007,
      'websocket.close.code_received': 1007,
    });
    expect(closesOf(spans, 'server')[1]).toMatchObject({
      'websocket.close.code': 1012,
      'websocket.close.initiator': 'local',
    });
    const names = spans.map(span => span.name);
    expect(names.filter(name => name === 'websocket.connect')).toHaveLength(4);
    expect(names).toContain('websocket.reconnect');
    expect(names).toContain('websocket.drain');
  });

  it.each(['mjs', 'cjs'] as const)('(%s) is not seen without the calls', async kind => {
    const source = `${IMPORTS}
      void instrumentWebSocketClass; void instrumentWebSocketServer; void startDrain;
      const Client = WebSocket;
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      server.on('close', () => process.stdout.write('{"name":"end","attributes":{}}'));
      ${APPLICATION}`;
    expect(await spansOfProcess(kind, await bundle(source, kind))).toEqual([{ name: 'end', attributes: {} }]);
  });

  it('is told with undici inside that its first socket closed in its own open handler', async () => {
    const code = await bundle(`
      import { WebSocket } from 'undici';
      ${IMPORTS.replace('WebSocket, ', '')}
      instrumentWebSocketClass(WebSocket);
      const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
      server.on('listening', () => {
        const client = new WebSocket('ws://127.0.0.1:' + server.address().port);
        client.onopen = () => client.close(3001);
        client.onclose = () => server.close();
      });`);
    expect(closesOf(await spansOfProcess('mjs', code), 'client')[0]).toMatchObject({
      'websocket.close.code': 3001,
      'websocket.close.code_sent': 3001,
      'websocket.close.initiator': 'local',
    });
  });
});

describe('the explicit calls', () => {
  it('answer false where there is no instrumentation, and take every supported class by its type', () => {
    expect(instrumentWebSocketServer(new WebSocketServer({ noServer: true }))).toBe(false);
    expect(instrumentWebSocketClass(WebSocket)).toBe(false);
    expect(instrumentWebSocketClass(undici.WebSocket)).toBe(false);
    expect(instrumentWebSocketClass(globalThis.WebSocket)).toBe(false);
  });

  it('say what they expected', () => {
    // @ts-expect-error not a server
    expect(() => instrumentWebSocketServer({})).toThrow('expected a WebSocketServer of ws, got object');
    // @ts-expect-error not a class of sockets
    expect(() => instrumentWebSocketClass(Map)).toThrow('expected a WebSocket class, got the function Map');
  });
});
