import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const source = (file: string): string => JSON.stringify(import.meta.resolve(`../../src/${file}`));

/**
 * Lets clients connect in groups, each of which a restart takes away for good, and waits until all are given up. Then says
 * how many of our objects are alive: V8 counts them after a collection of all garbage.
 */
function application(clients: number, WebSocketClass: string, kept: string): string {
  return `
  import { queryObjects } from 'node:v8';
  import { once } from 'node:events';
  import { trace } from '@opentelemetry/api';
  import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
  import * as ws from 'ws';
  import { WebSocketInstrumentation } from ${source('websocket-instrumentation.ts')};
  import { Connection } from ${source('connection.ts')};
  import { Departure } from ${source('reconnect/departure.ts')};
  import { SocketTap } from ${source('undici/socket-tap.ts')};
  const told = { 'websocket.close': 0, abandoned: 0 };
  let changed = () => {};
  const onEnd = ({ name, attributes }) => {
    if (name === 'websocket.close') told[name] += 1;
    if (attributes['websocket.reconnect.outcome'] === 'abandoned') told.abandoned += 1;
    changed();
  };
  const none = async () => {};
  const processor = { onStart() {}, onEnd, forceFlush: none, shutdown: none };
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  const timeout = { reconnectTimeoutMillis: 20 };
  new WebSocketInstrumentation(timeout).instrumentModule(ws);
  const server = new ws.WebSocketServer({ port: 0, host: '127.0.0.1', clientTracking: false });
  server.on('connection', socket => socket.close(1012));
  await once(server, 'listening');
  const url = 'ws://127.0.0.1:' + server.address().port + '/';
  const connect = at => void (new ${WebSocketClass}(at).onerror = () => {});
  const until = test => new Promise(resolve => { changed = () => test() && resolve(); changed(); });
  for (let begun = 0, group = 0; begun < ${clients}; begun += 100, group += 1) {
    // A path of its own for each client: nobody takes another one's place.
    for (let index = 0; index < 100; index += 1) {
      connect(url + group + '-' + index);
    }
    await until(() => told['websocket.close'] === 2 * (begun + 100));
  }
  await until(() => told.abandoned === ${clients});
  await new Promise(resolve => server.close(resolve));
  await new Promise(resolve => setImmediate(resolve));
  const alive = Object.fromEntries([${kept}].map(kind => [kind.name, queryObjects(kind, { format: 'count' })]));
  process.stdout.write(JSON.stringify({ ...told, ...alive }));
  process.exit();`;
}

async function toldBy(code: string): Promise<unknown> {
  const file = join(import.meta.dirname, `.memory-${process.pid}.mjs`);
  await writeFile(file, code);
  try {
    const { stdout } = await run(process.execPath, [file], { timeout: 60_000 });
    return JSON.parse(stdout);
  } finally {
    await rm(file);
  }
}

describe('clients that go away', () => {
  it('leave nothing behind: 10,000 of ws, each with both of its ends', { timeout: 70_000 }, async () => {
    expect(await toldBy(application(10_000, 'ws.WebSocket', 'Connection, Departure'))).toEqual({
      'websocket.close': 20_000,
      abandoned: 10_000,
      Connection: 0,
      Departure: 0,
    });
  });

  it("leave nothing behind: 1,000 of Node's own", { timeout: 70_000 }, async () => {
    expect(await toldBy(application(1000, 'WebSocket', 'Connection, Departure, SocketTap'))).toEqual({
      'websocket.close': 2000,
      abandoned: 1000,
      Connection: 0,
      Departure: 0,
      SocketTap: 0,
    });
  });
});
