import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** The README's three lines, and a line a span on standard output. */
const TELEMETRY = `
  import { trace } from ${JSON.stringify(import.meta.resolve('@opentelemetry/api'))};
  import { BasicTracerProvider } from ${JSON.stringify(import.meta.resolve('@opentelemetry/sdk-trace-base'))};
  import { WebSocketInstrumentation } from ${JSON.stringify(import.meta.resolve('../index.ts'))};
  const onEnd = span => process.stdout.write(span.name + ' ' + span.attributes['websocket.role'] + '\\n');
  const none = async () => {};
  const processor = { onStart() {}, onEnd, forceFlush: none, shutdown: none };
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  new WebSocketInstrumentation();
`;

const APPLICATION = `
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => {
    const client = new WebSocket('ws://127.0.0.1:' + wss.address().port);
    client.on('close', () => wss.close());
  });
  wss.on('connection', socket => socket.close(1012));
`;

const ALL = [
  'websocket.close client',
  'websocket.close server',
  'websocket.connect client',
  'websocket.connect server',
];

describe('ws in a process that was started with --import telemetry', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'closewatch-loading-'));
    const ws = dirname(createRequire(import.meta.url).resolve('ws/package.json'));
    await cp(ws, join(folder, 'node_modules/ws'), { recursive: true });
    await cp(ws, join(folder, 'node_modules/engine/node_modules/ws'), { recursive: true });
    await writeFile(join(folder, 'telemetry.mjs'), TELEMETRY);
    await writeFile(join(folder, 'node_modules/engine/index.mjs'), `export * from 'ws';`);
    await writeFile(join(folder, 'node_modules/engine/index.cjs'), `module.exports = require('ws');`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ['imported by name', 'named.mjs', `import { WebSocket, WebSocketServer } from 'ws';`],
    ['imported as the default', 'default.mjs', `import WebSocket from 'ws'; import { WebSocketServer } from 'ws';`],
    ['imported dynamically', 'dynamic.mjs', `const { WebSocket, WebSocketServer } = await import('ws');`],
    ['required', 'required.cjs', `const { WebSocket, WebSocketServer } = require('ws');`],
    [
      'required as the class',
      'class.cjs',
      `const WebSocket = require('ws'); const WebSocketServer = WebSocket.Server;`,
    ],
    [
      "another package's copy, imported",
      'nested.mjs',
      `import { WebSocket, WebSocketServer } from './node_modules/engine/index.mjs';`,
    ],
    [
      "another package's copy, required",
      'nested.cjs',
      `const { WebSocket, WebSocketServer } = require('./node_modules/engine/index.cjs');`,
    ],
    [
      'two copies, each on one end',
      'two.mjs',
      `import { WebSocket } from 'ws'; import { WebSocketServer } from './node_modules/engine/index.mjs';`,
    ],
    [
      'TypeScript that Node runs as it is',
      'typed.mts',
      `import { WebSocket, WebSocketServer } from 'ws'; const typed: number = 1; void typed;`,
    ],
  ])('is instrumented: %s', async (_name, file, loading) => {
    await writeFile(join(folder, file), loading + APPLICATION);
    const { stdout } = await run(process.execPath, ['--import', './telemetry.mjs', file], {
      cwd: folder,
      timeout: 20_000,
    });
    const spans = stdout
      .trim()
      .split('\n')
      .filter(line => !line.startsWith('websocket.drain'));
    expect(spans.toSorted()).toEqual(ALL);
  });

  it('is instrumented where it was loaded before, by an explicit call', async () => {
    const late = `
      import * as ws from 'ws';
      const { WebSocket, WebSocketServer } = ws;
      const { WebSocketInstrumentation } = await import(${JSON.stringify(import.meta.resolve('../index.ts'))});
      new WebSocketInstrumentation().instrumentModule(ws);
      ${TELEMETRY.replace('new WebSocketInstrumentation();', '').replace(/import \{ WebSocketInstrumentation \}.*/, '')}
      ${APPLICATION}`;
    await writeFile(join(folder, 'late.mjs'), late);
    const { stdout } = await run(process.execPath, ['late.mjs'], { cwd: folder, timeout: 20_000 });
    expect(stdout).toContain('websocket.close server');
  });
});
