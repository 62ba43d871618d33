import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { type InstrumentedWs, instrumentWs } from '../test/instrumented-ws.ts';
import { openPair, rawSocket } from '../test/socket-pair.ts';

const EVENTS = ['open', 'message', 'error', 'close', 'ping', 'pong', 'upgrade', 'unexpected-response', 'redirect'];

/** All that an application can see of the listeners around one connection. */
async function visibleListeners(): Promise<Record<string, number>> {
  const { wss, client, server } = await openPair();
  const seen: Record<string, number> = {};
  const emitters = { wss, client, server, clientSocket: rawSocket(client), serverSocket: rawSocket(server) };
  for (const [name, emitter] of Object.entries(emitters)) {
    for (const event of emitter.eventNames()) seen[`${name} ${String(event)}`] = emitter.listenerCount(event);
  }
  return seen;
}

/** Every property of the patched prototypes, as it is described. */
function prototypes(): object[] {
  const classes = [ws.WebSocket, ws.WebSocketServer, Reflect.get(ws, 'Receiver'), Reflect.get(ws, 'Sender')];
  return classes.map(({ prototype }) => Object.getOwnPropertyDescriptors(prototype));
}

/** What the two ends of an application hear, in order, while a client sends bad text. */
async function eventsOfBadText(): Promise<{ client: string[]; server: string[] }> {
  const { client, server } = await openPair();
  const heard = { client: listenTo(client), server: listenTo(server) };
  const closed = [client, server].map(webSocket => new Promise(done => webSocket.on('close', done)));
  client.ping();
  client.send('good');
  client.send(Buffer.of(0xff), { binary: false });
  await Promise.all(closed);
  return heard;
}

function listenTo(webSocket: ws.WebSocket): string[] {
  const heard: string[] = [];
  for (const event of EVENTS) {
    webSocket.on(event, (...args: unknown[]) => heard.push([event, ...args.map(arg => String(arg))].join(' ')));
  }
  return heard;
}

describe('the host application', () => {
  let instrumented: InstrumentedWs | undefined;

  beforeEach(() => {
    instrumented = undefined;
  });
  afterEach(() => instrumented?.stop());

  it('sees no listener that it did not add', async () => {
    const before = await visibleListeners();
    instrumented = instrumentWs();
    const { spans } = instrumented;
    expect(await visibleListeners()).toEqual(before);
    expect(spans.named('websocket.connect')).toHaveLength(2);
  });

  it('hears the same events', async () => {
    const before = await eventsOfBadText();
    instrumented = instrumentWs();
    expect(await eventsOfBadText()).toEqual(before);
    expect(before).toEqual({
      client: ['pong ', 'close 1007 '],
      server: [
        'ping ',
        'message good false',
        'error Error: Invalid WebSocket frame: invalid UTF-8 sequence',
        'close 1006 ',
      ],
    });
  });

  it('gets the same exceptions', async () => {
    instrumented = instrumentWs();
    const { client, url } = await openPair();
    expect(() => client.close(999)).toThrow(new TypeError('First argument must be a valid error code number'));
    expect(() => client.close(1000, 'x'.repeat(124))).toThrow(RangeError);
    expect(() => new ws.WebSocket('nonsense')).toThrow(new SyntaxError('Invalid URL: nonsense'));
    const early = new ws.WebSocket(url);
    expect(() => early.send('early')).toThrow('WebSocket is not open: readyState 0 (CONNECTING)');
    await once(early, 'open');
    early.terminate();
    expect(client.readyState).toBe(ws.WebSocket.OPEN);
  });

  it('has ws as it was after disable(), and instrumented again after enable()', async () => {
    const before = prototypes();
    instrumented = instrumentWs();
    const { instrumentation, spans } = instrumented;
    expect(prototypes()).not.toEqual(before);
    instrumentation.disable();
    expect(prototypes()).toEqual(before);
    await openPair();
    expect(spans.all).toEqual([]);
    instrumentation.enable();
    await openPair();
    expect(spans.named('websocket.connect')).toHaveLength(2);
  });

  it('keeps what somebody else patched over us', () => {
    instrumented = instrumentWs();
    const { instrumentation } = instrumented;
    const ours = ws.WebSocket.prototype.terminate;
    ws.WebSocket.prototype.terminate = function terminate() {
      return ours.call(this);
    };
    const theirs = ws.WebSocket.prototype.terminate;
    instrumentation.disable();
    expect(ws.WebSocket.prototype.terminate).toBe(theirs);
    ws.WebSocket.prototype.terminate = ours;
    instrumentation.enable();
    instrumentation.disable();
  });

  it('crashes of an unhandled error event, as without us', async () => {
    const script = `
      import { WebSocketInstrumentation } from ${JSON.stringify(import.meta.resolve('./index.ts'))};
      new WebSocketInstrumentation();
      const { WebSocket, WebSocketServer } = await import('ws');
      const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => {
        const client = new WebSocket('ws://127.0.0.1:' + wss.address().port);
        client.on('open', () => client.send(Buffer.of(0xff), { binary: false }));
      });`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
      timeout: 20_000,
    });
    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /Unhandled 'error' event[\s\S]*RangeError|Unhandled 'error' event[\s\S]*invalid UTF-8 sequence/,
      ),
    });
  });

  it('is told where it hands over something else than ws', () => {
    instrumented = instrumentWs();
    const { instrumentation } = instrumented;
    expect(() => instrumentation.instrumentModule({})).toThrow(TypeError);
    expect(() => instrumentation.instrumentModule(null)).toThrow(/expected the exports of ws 8/);
  });
});
