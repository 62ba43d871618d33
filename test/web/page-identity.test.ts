import { once } from 'node:events';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../browser/chromium.ts';
import { SocketPage } from './socket-page.ts';

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

/** Everything about the class that a page can look at, as text. */
const LOOK = `(() => {
  const describe = (object, key) => {
    const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(object, key);
    const found = get ?? value;
    const kind = typeof found === 'function' ? [found.name, found.length] : String(found);
    return [String(key), flags, kind];
  };
  return JSON.stringify([
    Reflect.ownKeys(WebSocket).map(key => describe(WebSocket, key)),
    Reflect.ownKeys(WebSocket.prototype).map(key => describe(WebSocket.prototype, key)),
    describe(globalThis, 'WebSocket'),
    Object.getPrototypeOf(WebSocket) === EventTarget,
    WebSocket.prototype.constructor === WebSocket,
    typeof WebSocket,
  ]);
})()`;

describe('an instrumented page', () => {
  it('sees the same class: name, statics, prototype and property flags', async () => {
    const before = await page.run(LOOK);
    await page.run('void instrument()');
    expect(await page.run('WebSocket === NativeWebSocket')).toBe(false);
    expect(await page.run(LOOK)).toBe(before);
  });

  it('makes instances of it, subclasses included, and objects made before are instances too', async () => {
    const made = `new WebSocket('ws://${page.host}/chat')`;
    const seen = await page.run(`(() => {
      const before = ${made};
      instrument();
      class Chat extends WebSocket {
        addEventListener() { throw new Error('the page overrides this'); }
        greet() { return 'hello from ' + new URL(this.url).pathname; }
      }
      const own = new Chat('ws://${page.host}/own');
      const plain = ${made};
      return [
        before instanceof WebSocket,
        plain instanceof WebSocket,
        plain instanceof NativeWebSocket,
        plain.constructor === WebSocket,
        own instanceof Chat && own instanceof WebSocket,
        own.greet(),
        Object.getOwnPropertyNames(plain).length,
      ];
    })()`);
    expect(seen).toEqual([true, true, true, true, true, 'hello from /own', 0]);
    await page.sink.find('websocket.connect', span => span.attributes['url.path'] === '/own');
  });

  it('gets the same exceptions as before, and no span of what never was', async () => {
    const attempts = `[
      () => WebSocket('ws://${page.host}/'),
      () => new WebSocket(),
      () => new WebSocket('nonsense:'),
      () => new WebSocket('ws://${page.host}/', ['a', 'a']),
      () => new WebSocket('ws://${page.host}/').close(1007),
      () => new WebSocket('ws://${page.host}/').close(3000, 'x'.repeat(124)),
      () => WebSocket.prototype.close.call({}),
    ].map(attempt => { try { attempt(); return 'none'; } catch (error) { return [error.name, error.message]; } })`;
    const before = await page.run(attempts);
    await page.run('void instrument()');
    expect(await page.run(attempts)).toEqual(before);
    const refused = await page.run<string[][]>(attempts);
    expect(refused).toHaveLength(7);
    expect(refused).not.toContain('none');
  });

  it('hears the same events in the same order, and its own `dispatchEvent` is not taken for the browser', async () => {
    await page.run('void instrument()');
    const accepted = page.nextConnection();
    const heard = page.run(`new Promise(resolve => {
      const heard = [];
      const socket = globalThis.socket = new WebSocket('ws://${page.host}/chat');
      socket.onopen = () => { heard.push('open'); socket.dispatchEvent(new CloseEvent('close', { code: 4000 })); };
      for (const type of ['message', 'error', 'close'])
        socket.addEventListener(type, event => {
          heard.push(type + ' ' + (event.code ?? event.data));
          if (event.isTrusted && type === 'close') resolve(heard);
        });
    })`);
    const server = await accepted;
    server.send('one');
    server.close(1012);
    expect(await heard).toEqual(['open', 'close 4000', 'message one', 'close 1012']);
    await page.sink.find('websocket.close');
    expect(page.sink.named('websocket.close').map(span => span.attributes['websocket.close.code'])).toEqual([1012]);
  });

  it('is not harmed by hooks that throw', async () => {
    await page.run(`void instrument({
      ignore() { throw new Error('ignore'); },
      urlTemplate() { throw new Error('urlTemplate'); },
    })`);
    const server = await page.connect();
    const closed = once(server, 'close');
    await page.run('socket.close(1000)');
    expect((await closed)[0]).toBe(1000);
    await page.sink.find('websocket.close');
  });

  it.each([
    ['a tracer', '{ getTracer: () => ({ startSpan() { throw new Error() } }) }'],
    ['a provider', '{ getTracer() { throw new Error() } }'],
  ])('is not harmed by %s that throws', async (_what, tracerProvider) => {
    await page.run(`void instrument({ tracerProvider: ${tracerProvider} })`);
    const server = await page.connect();
    const closed = once(server, 'close');
    await page.run('socket.close(1000)');
    expect((await closed)[0]).toBe(1000);
    expect(page.sink.spans).toEqual([]);
  });

  it('does nothing with a second call, and is what it was after the first one is undone', async () => {
    const states = await page.run(`(() => {
      const close = NativeWebSocket.prototype.close;
      const undo = instrument();
      const first = WebSocket;
      const undoSecond = instrument();
      const same = WebSocket === first;
      undoSecond();
      const still = WebSocket === first;
      undo();
      undo();
      return [same, still, WebSocket === NativeWebSocket, WebSocket.prototype.constructor === WebSocket,
        WebSocket.prototype.close === close];
    })()`);
    expect(states).toEqual([true, true, true, true, true]);
    await page.run('void instrument()');
    await page.connect('/again');
    await page.sink.find('websocket.connect');
    expect(page.sink.spans).toHaveLength(1);
  });

  it('follows no connection any more once undone, and what others wrapped around it still works', async () => {
    await page.run(`void (globalThis.undo = instrument())`);
    await page.run(`void (globalThis.WebSocket = class Wrapped extends WebSocket {})`);
    const server = await page.connect('/before');
    await page.sink.find('websocket.connect');
    await page.run('undo()');
    await page.run(`void (globalThis.closeCode = new Promise(done => (socket.onclose = event => done(event.code))))`);
    server.close(1012);
    expect(await page.run('closeCode')).toBe(1012);
    await page.connect('/after');
    expect(await page.run(`WebSocket.name + ' ' + (socket instanceof NativeWebSocket)`)).toBe('Wrapped true');
    await page.run(`void (globalThis.WebSocket = NativeWebSocket, instrument())`);
    await page.connect('/last');
    await page.sink.find('websocket.connect', span => span.attributes['url.path'] === '/last');
    expect(page.sink.spans.map(span => span.attributes['url.path'])).toEqual(['/before', '/last']);
  });
});
