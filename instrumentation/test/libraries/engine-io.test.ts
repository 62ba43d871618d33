import { describe, expect, it } from 'vitest';
import { closesOf, spansOfProcess, type ToldSpan } from '../instrumented-process.ts';

const LOADING = {
  mjs: `import { Server } from 'engine.io'; import { Socket } from 'engine.io-client'; import { createServer } from 'node:http';`,
  cjs: `const { Server } = require('engine.io'); const { Socket } = require('engine.io-client'); const { createServer } = require('node:http');`,
};

/** A server and a client; `act` is what happens to their connection. What engine.io says of its end is told like a span. */
function application(act: string): string {
  return `
    const told = [];
    const says = (side, socket) => socket.on('close', reason => {
      process.stdout.write(JSON.stringify({ name: side + ' engine', attributes: { reason } }) + '\\n');
      if (told.push(side) === 2) { engine.close(); http.close(); }
    });
    const http = createServer();
    const engine = new Server();
    engine.attach(http);
    http.listen(0, '127.0.0.1', () => {
      const client = new Socket('http://127.0.0.1:' + http.address().port, { transports: ['websocket'] });
      says('client', client);
      const opened = new Promise(resolve => client.on('open', resolve));
      engine.on('connection', async server => {
        says('server', server);
        await opened;
        const atServer = server.transport.socket;
        const atClient = client.transport.ws;
        ${act}
      });
    });`;
}

function spansOf(kind: 'mjs' | 'cjs', act: string): Promise<ToldSpan[]> {
  return spansOfProcess(kind, LOADING[kind] + application(act));
}

function saidBy(spans: ToldSpan[], side: 'client' | 'server'): unknown {
  return spans.find(span => span.name === `${side} engine`)?.attributes.reason;
}

describe.each(['mjs', 'cjs'] as const)('engine.io 6 without socket.io, loaded as %s', kind => {
  it.each([1012, 1001])("hides a server's %i that our spans tell, on both ends", async code => {
    const spans = await spansOf(kind, `atServer.close(${code});`);
    expect([saidBy(spans, 'server'), saidBy(spans, 'client')]).toEqual(['transport close', 'transport close']);
    expect(closesOf(spans, 'server')).toMatchObject([
      {
        'websocket.close.code': code,
        'websocket.close.code_sent': code,
        'websocket.close.initiator': 'local',
        'websocket.close.library_reason': 'transport close',
        'url.path': '/engine.io/',
      },
    ]);
    expect(closesOf(spans, 'client')).toMatchObject([
      {
        'websocket.close.code': code,
        'websocket.close.code_received': code,
        'websocket.close.initiator': 'remote',
        'websocket.close.library_reason': 'transport close',
      },
    ]);
  });

  it.each([
    ['client', 'server', 'atServer'],
    ['server', 'client', 'atClient'],
  ] as const)('hides that the %s refused bytes with 1007', async (refuser, sender, socket) => {
    const spans = await spansOf(kind, `${socket}.send(Buffer.from([0xff]), { binary: false });`);
    expect([saidBy(spans, refuser), saidBy(spans, sender)]).toEqual(['transport error', 'transport close']);
    expect(closesOf(spans, refuser)).toMatchObject([
      {
        'websocket.close.code': 1007,
        'websocket.close.code_reported': 1006,
        'websocket.close.initiator': 'local',
        'websocket.payload.defect': 'invalid_utf8',
        'websocket.payload.sender': sender,
        'websocket.close.library_reason': 'transport error',
      },
    ]);
    expect(closesOf(spans, sender)).toMatchObject([
      {
        'websocket.close.code': 1007,
        'websocket.close.code_received': 1007,
        'websocket.close.initiator': 'remote',
        'websocket.close.library_reason': 'transport close',
      },
    ]);
  });
});

/** Runs before the instrumentation: `changed()` names each prototype that has another method than it had then. */
const BEFORE = `
  import { createRequire } from 'node:module';
  import { Socket as NetSocket } from 'node:net';
  const require = createRequire(${JSON.stringify(import.meta.url)});
  const wsOf = name => createRequire(require.resolve(name))('ws');
  const server = await import(${JSON.stringify(import.meta.resolve('engine.io'))});
  const imported = await import(${JSON.stringify(import.meta.resolve('engine.io-client'))});
  const prototypes = { 'net Socket': NetSocket.prototype };
  for (const name of ['engine.io', 'engine.io-client']) {
    for (const kind of ['WebSocket', 'Server', 'Receiver', 'Sender']) prototypes[name + ' ws ' + kind] = wsOf(name)[kind].prototype;
  }
  const engines = { server: server.Socket, client: require('engine.io-client').Socket, imported: imported.Socket };
  for (const [name, { prototype }] of Object.entries(engines)) {
    let base = prototype;
    while (!Object.hasOwn(base, 'setTransport')) base = Object.getPrototypeOf(base);
    prototypes[name + ' Socket'] = base;
  }
  const methodsOf = prototype => Object.getOwnPropertyDescriptors(prototype);
  const before = new Map(Object.values(prototypes).map(prototype => [prototype, methodsOf(prototype)]));
  const isChanged = prototype => {
    const [was, is] = [before.get(prototype), methodsOf(prototype)];
    return Reflect.ownKeys({ ...was, ...is }).some(key =>
      ['value', 'get', 'set', 'enumerable', 'configurable', 'writable'].some(part => was[key]?.[part] !== is[key]?.[part]));
  };
  globalThis.changed = () => Object.keys(prototypes).filter(name => isChanged(prototypes[name]));
`;

describe('disable()', () => {
  it("puts back every method of engine.io's own ws, of its sockets and of net's, and nothing is told any more", async () => {
    const source = `
      const { createRequire } = require('node:module');
      for (const name of ['engine.io', 'engine.io-client']) createRequire(require.resolve(name))('ws');
      ${LOADING.cjs}
      const tell = name => process.stdout.write(JSON.stringify({ name, attributes: { changed: changed() } }) + '\\n');
      import('engine.io-client').then(() => {
        ${application(`
          tell('enabled');
          instrumentation.disable();
          tell('disabled');
          atServer.close(1012);
          { ${application('atServer.close(1012);')} }
        `)}
      });`;
    const flags = ['--import', `data:text/javascript,${encodeURIComponent(BEFORE)}`];
    const spans = await spansOfProcess('cjs', source, flags);
    const enabled = spans.find(span => span.name === 'enabled');
    const disabled = spans.find(span => span.name === 'disabled');
    const names = spans.map(span => span.name);
    expect(enabled?.attributes.changed).toEqual([
      'net Socket',
      'engine.io ws WebSocket',
      'engine.io ws Server',
      'engine.io ws Receiver',
      'engine.io ws Sender',
      'engine.io-client ws WebSocket',
      'engine.io-client ws Server',
      'engine.io-client ws Receiver',
      'engine.io-client ws Sender',
      'server Socket',
      'client Socket',
      'imported Socket',
    ]);
    expect(disabled?.attributes.changed).toEqual([]);
    expect(names.slice(0, 2)).toEqual(['websocket.connect', 'websocket.connect']);
    expect(names.slice(4).sort()).toEqual(['client engine', 'client engine', 'server engine', 'server engine']);
  });
});
