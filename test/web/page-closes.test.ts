import { once } from 'node:events';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { instrumentWs } from '../../instrumentation/test/instrumented-ws.ts';
import { launchChromium } from '../browser/chromium.ts';
import { SocketPage } from './socket-page.ts';

const SPAN_KIND_CLIENT = 3;
const STATUS_ERROR = 2;
const CANARY = 'canary-8c1f';

let browser: Browser;
let page: SocketPage;

beforeAll(async () => {
  browser = await launchChromium();
}, 120_000);
afterAll(() => browser?.close());
beforeEach(async () => {
  page = await SocketPage.open(browser);
});
afterEach(async () => {
  await page.stop();
  expect(page.errors).toEqual([]);
});

const instrument = (options = '{}'): Promise<void> => page.run(`void instrument(${options})`);
const portOf = (host: string): number => Number(host.split(':')[1]);

describe('a page that opens a WebSocket', () => {
  it('reports the connect, with who it is and where to, and no query', async () => {
    await instrument(`{
      client: { name: 'shop', version: '3.1.0', id: 'install-7' },
      urlTemplate: url => url.pathname.replace(/\\d+/, ':id') + (url.searchParams.has('token') ? '' : ' no query'),
    }`);
    page.wss.options.handleProtocols = () => 'v2';
    await page.connect(`/rooms/77?token=${CANARY}`, ['v1', 'v2']);
    const span = await page.sink.find('websocket.connect');
    expect(span.kind).toBe(SPAN_KIND_CLIENT);
    expect(span.status.code ?? 0).toBe(0);
    expect(span.attributes).toEqual({
      'websocket.connection.id': span.spanId,
      'websocket.role': 'client',
      'network.protocol.name': 'websocket',
      'server.address': '127.0.0.1',
      'server.port': portOf(page.host),
      'url.scheme': 'ws',
      'url.path': '/rooms/77',
      'url.template': '/rooms/:id',
      'websocket.subprotocol': 'v2',
      'websocket.client.name': 'shop',
      'websocket.client.version': '3.1.0',
      'websocket.client.id': 'install-7',
    });
    expect(span.resource['service.name']).toBe('shop-page');
    expect(page.sink.posted).not.toContain(CANARY);
  });

  it('reports a handshake that fails as an error, of a kind that browsers do not tell, and no close', async () => {
    await instrument();
    const events = await page.run(`new Promise(resolve => {
      const heard = [];
      const socket = new WebSocket('ws://${page.host}/refused');
      for (const type of ['open', 'error', 'close']) socket.addEventListener(type, () => heard.push(type));
      socket.addEventListener('close', () => resolve(heard));
    })`);
    const span = await page.sink.find('websocket.connect');
    expect(events).toEqual(['error', 'close']);
    expect(span.status.code).toBe(STATUS_ERROR);
    expect(span.attributes['error.type']).toBe('_OTHER');
    await page.connect();
    await page.sink.find('websocket.connect', ({ status }) => status.code !== STATUS_ERROR);
    expect(page.sink.named('websocket.close')).toEqual([]);
    expect(page.sink.named('websocket.reconnect')).toEqual([]);
  });

  it('tells a handshake that the page itself gave up from one that failed', async () => {
    await instrument();
    await page.run(`new Promise(resolve => {
      const socket = new WebSocket('ws://${page.host}/chat');
      socket.onclose = resolve;
      socket.close();
    }).then(() => {})`);
    const span = await page.sink.find('websocket.connect');
    expect(span.attributes['error.type']).toBe('aborted');
  });

  it('leaves alone what it is told to ignore', async () => {
    await instrument(`{ ignore: url => url.searchParams.get('kind') === 'metrics' }`);
    const ignored = await page.connect('/chat?kind=metrics');
    ignored.close(1012);
    await page.connect('/chat');
    await page.sink.find('websocket.connect');
    expect(page.sink.spans).toHaveLength(1);
  });
});

describe('a close', () => {
  it.each([
    [1012, 'restart, ask jane@example.com', 'restart, ask [scrubbed]'],
    [1001, '', undefined],
  ])('by the server with %i is reported as the remote one that it was', async (code, reason, recorded) => {
    await instrument();
    const server = await page.connect();
    server.send('one');
    server.send(Buffer.from([2]));
    server.close(code, reason);
    const [close, connect] = await Promise.all([
      page.sink.find('websocket.close'),
      page.sink.find('websocket.connect'),
    ]);
    const { 'websocket.connection.duration': duration, ...attributes } = close.attributes;
    expect(attributes).toEqual({
      ...connect.attributes,
      'websocket.close.code': code,
      'websocket.close.code_received': code,
      'websocket.close.code_reported': code,
      'websocket.close.initiator': 'remote',
      'websocket.close.clean': true,
      ...(recorded && { 'websocket.close.reason': recorded }),
      'websocket.messages.received': 2,
    });
    expect(duration).toBeGreaterThan(0);
    expect(close.status.code ?? 0).toBe(0);
    expect(close.parentSpanId ?? '').toBe('');
    expect(close.traceId).not.toBe(connect.traceId);
    expect(close.links).toMatchObject([{ traceId: connect.traceId, spanId: connect.spanId }]);
  });

  it('does not carry its reason where that is switched off', async () => {
    await instrument('{ recordCloseReason: false }');
    (await page.connect()).close(1012, CANARY);
    await page.sink.find('websocket.close');
    expect(page.sink.posted).not.toContain(CANARY);
  });

  it('by the page is its own, with the code that it sent', async () => {
    await instrument();
    const server = await page.connect();
    const seen = once(server, 'close');
    await page.run(`socket.close(3001, 'bye')`);
    const [code, reason] = await seen;
    const close = await page.sink.find('websocket.close');
    expect([code, String(reason)]).toEqual([3001, 'bye']);
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 3001,
      'websocket.close.code_sent': 3001,
      'websocket.close.code_received': 3001,
      'websocket.close.initiator': 'local',
      'websocket.close.clean': true,
      'websocket.close.reason': 'bye',
    });
  });

  it('by a server that dies is 1006, an error, and of the transport', async () => {
    await instrument();
    (await page.connect()).terminate();
    const close = await page.sink.find('websocket.close');
    expect(close.status.code).toBe(STATUS_ERROR);
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1006,
      'websocket.close.code_reported': 1006,
      'websocket.close.initiator': 'transport',
      'websocket.close.clean': false,
    });
    expect(close.attributes).not.toHaveProperty('websocket.close.code_received');
  });

  it('over bytes that are not text is a defect at the server; the page knows only that the browser failed it', async () => {
    const serverSide = instrumentWs();
    await instrument();
    const server = await page.connect();
    const seen = once(server, 'close');
    server.send(Buffer.from([0x1f, 0x8b, 0x08]), { binary: false });
    const [code, reason] = await seen;
    expect([code, String(reason)]).toEqual([1002, 'Invalid UTF-8 in text frame']);
    const close = await page.sink.find('websocket.close');
    expect(close.status.code).toBe(STATUS_ERROR);
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1006,
      'websocket.close.code_reported': 1006,
      'websocket.close.initiator': 'local',
      'websocket.close.clean': false,
      'error.type': '_OTHER',
    });
    const atServer = await serverSide.spans.find('websocket.close', 'server');
    expect(atServer.attributes).toMatchObject({
      'websocket.close.code': 1002,
      'websocket.close.code_received': 1002,
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.sender': 'server',
    });
    await serverSide.stop();
  });
});

describe('a page that is left', () => {
  it.each([
    ['a provider of its own', 'instrument()'],
    ['the registered provider', '(instrument({ tracerProvider: undefined }), register())'],
  ])('reports its open connections as going away, at once, by %s that holds spans back', async (_whose, expression) => {
    await page.stop();
    page = await SocketPage.open(browser, 3_600_000);
    await page.run(`void ${expression}`);
    const server = await page.connect();
    const seen = once(server, 'close');
    await page.leave();
    const [code] = await seen;
    expect(code).toBe(1001);
    const close = await page.sink.find('websocket.close');
    expect(close.attributes).toMatchObject({
      'websocket.close.code': 1001,
      'websocket.close.code_sent': 1001,
      'websocket.close.initiator': 'local',
      'websocket.close.clean': false,
    });
    expect(close.attributes).not.toHaveProperty('websocket.close.code_reported');
    expect(page.sink.named('websocket.connect')).toHaveLength(1);
  });
});

describe('a worker', () => {
  it('is instrumented by a call of its own', async () => {
    const source = JSON.stringify(`
      import '${page.script}';
      instrument({ client: { id: 'in-a-worker' } });
      new WebSocket('ws://${page.host}/work');
    `);
    const accepted = page.nextConnection();
    await page.run(
      `void (globalThis.worker = new Worker(URL.createObjectURL(new Blob([${source}], { type: 'text/javascript' })), { type: 'module' }))`,
    );
    (await accepted).close(1012);
    const close = await page.sink.find('websocket.close');
    expect(close.attributes).toMatchObject({
      'url.path': '/work',
      'websocket.close.code': 1012,
      'websocket.client.id': 'in-a-worker',
    });
  });
});
