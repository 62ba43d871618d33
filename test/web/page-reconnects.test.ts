import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../browser/chromium.ts';
import { SocketPage } from './socket-page.ts';

const STATUS_ERROR = 2;

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

describe('a reconnect of a page', () => {
  it('is paired with the close before it, by endpoint, and counts the handshakes that failed', async () => {
    await page.run('void instrument()');
    let refusals = 1;
    page.wss.shouldHandle = () => true;
    const upgrade = page.wss.handleUpgrade.bind(page.wss);
    const server = await page.connect('/chat');
    page.wss.handleUpgrade = (request, socket, head, done) => {
      if (refusals > 0) {
        refusals -= 1;
        socket.destroy();
      } else upgrade(request, socket, head, done);
    };
    await page.run(`socket.addEventListener('close', function again() {
      globalThis.socket = new WebSocket('ws://${page.host}/chat');
      socket.addEventListener('close', again);
    })`);
    const back = page.nextConnection();
    server.close(1012);
    await back;
    const reconnect = await page.sink.find('websocket.reconnect');
    const close = await page.sink.find('websocket.close');
    const connect = page.sink.named('websocket.connect').at(-1)!;
    expect(reconnect.attributes).toMatchObject({
      'websocket.connection.id': connect.spanId,
      'websocket.reconnect.previous_code': 1012,
      'websocket.reconnect.previous_connection_id': close.attributes['websocket.connection.id'],
      'websocket.reconnect.attempts': 2,
      'websocket.reconnect.outcome': 'recovered',
      'websocket.reconnect.match': 'endpoint',
    });
    expect(reconnect.attributes['websocket.reconnect.delay']).toBeGreaterThanOrEqual(0);
    expect(reconnect.links).toMatchObject([{ spanId: close.spanId }, { spanId: connect.spanId }]);
    expect(reconnect.startTimeUnixNano).toBe(close.endTimeUnixNano);
    expect(reconnect.status.code ?? 0).toBe(0);
  });

  it('is given up after its time', async () => {
    await page.run('void instrument({ reconnectTimeoutMillis: 20 })');
    (await page.connect('/chat')).close(1012);
    const reconnect = await page.sink.find('websocket.reconnect');
    expect(reconnect.status.code).toBe(STATUS_ERROR);
    expect(reconnect.attributes).toMatchObject({
      'websocket.reconnect.outcome': 'abandoned',
      'websocket.reconnect.attempts': 0,
      'websocket.reconnect.previous_code': 1012,
    });
    expect(reconnect.attributes).not.toHaveProperty('websocket.reconnect.match');
  });

  it('is not made up from another path, another subprotocol, or after a close that the page wanted', async () => {
    await page.run('void instrument({ reconnectTimeoutMillis: 3_600_000 })');
    (await page.connect('/chat', ['a'])).close(1012);
    await page.sink.find('websocket.close');
    await page.connect('/news', ['a']);
    await page.connect('/chat', ['b']);
    await page.run(`new Promise(closed => { socket.onclose = closed; socket.close(); }).then(() => {})`);
    await page.connect('/chat', ['b']);
    await page.connect('/chat', ['a']);
    await page.sink.find('websocket.reconnect');
    expect(page.sink.named('websocket.connect')).toHaveLength(5);
    expect(page.sink.named('websocket.reconnect')).toHaveLength(1);
  });
});
