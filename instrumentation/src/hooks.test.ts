import { once } from 'node:events';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type InstrumentedWs, instrumentWs } from '../test/instrumented-ws.ts';
import { clientFrame, listen, openPair, rawSocket, serverFrame } from '../test/socket-pair.ts';
import type { DefectInfo, WebSocketInstrumentationConfig } from './options.ts';

let instrumented: InstrumentedWs | undefined;

function start(config: WebSocketInstrumentationConfig): InstrumentedWs['spans'] {
  instrumented = instrumentWs(config);
  return instrumented.spans;
}

/** `once` would reject at the `error` that comes before. */
function closeOf(socket: WebSocket): Promise<void> {
  return new Promise(resolve => socket.once('close', () => resolve()));
}

afterEach(async () => {
  await instrumented?.stop();
  diag.disable();
});

/** Sends bad text to the server, and waits until both ends are closed. */
async function sendBadText(bytes: Uint8Array): Promise<void> {
  const { client, server } = await openPair();
  const closed = Promise.all([closeOf(client), closeOf(server)]);
  client.send(bytes, { binary: false });
  await closed;
}

describe('ignore(request)', () => {
  it('leaves connections alone: no span and no trace context', async () => {
    const spans = start({ ignore: request => request.url.pathname === '/chat' });
    const { wss, url } = await listen();
    const upgraded = once(wss, 'connection');
    const ignored = new WebSocket(url);
    const [, request] = (await upgraded) as [WebSocket, { headers: Record<string, string> }];
    expect(request.headers.traceparent).toBeUndefined();
    const closed = closeOf(ignored);
    wss.close();
    for (const socket of wss.clients) socket.close(1012);
    await closed;

    const other = await listen();
    const seen = new WebSocket(other.url.replace('/chat', '/seen'));
    await once(seen, 'open');
    seen.terminate();
    await spans.find('websocket.close', 'server');
    expect(spans.all.map(span => span.attributes['url.path'])).not.toContain('/chat');
    expect(spans.named('websocket.drain')).toEqual([]);
  });

  it('ignores failed handshakes too', async () => {
    const spans = start({ ignore: () => true });
    const { url } = await listen({ verifyClient: () => false });
    const client = new WebSocket(url);
    await once(client, 'error');
    expect(spans.all).toEqual([]);
  });
});

describe('scrubReason(reason)', () => {
  it('comes before the built-in rules', async () => {
    const spans = start({ scrubReason: reason => reason.replace('room 17', 'room [n]') });
    const { server } = await openPair();
    server.close(4000, 'left room 17, ann@example.com');
    const close = await spans.find('websocket.close', 'client');
    expect(close.attributes['websocket.close.reason']).toBe('left room [n], [scrubbed]');
  });

  it('leaves the reason out where it answers nothing', async () => {
    const spans = start({ scrubReason: () => undefined });
    const { server } = await openPair();
    server.close(4000, 'no');
    const close = await spans.find('websocket.close', 'server');
    expect(close.attributes['websocket.close.reason']).toBeUndefined();
    expect(close.attributes['websocket.close.code']).toBe(4000);
  });
});

describe('identifySession(request)', () => {
  it('gives the session, on every span of the connection', async () => {
    const spans = start({ identifySession: ({ headers }) => ({ id: headers['x-session'], previousId: 's-1' }) });
    const { client } = await openPair({}, { headers: { 'x-session': 's-2' } });
    client.close(1000);
    for (const name of ['websocket.connect', 'websocket.close']) {
      const { attributes } = await spans.find(name, 'server');
      expect([attributes['session.id'], attributes['session.previous_id']]).toEqual(['s-2', 's-1']);
    }
  });
});

describe('onDefect(info, bytes)', () => {
  it('hands over the bytes of a bad text message, and what the span says of it', async () => {
    const heard: [DefectInfo, Uint8Array | null][] = [];
    const spans = start({ onDefect: (info, bytes) => heard.push([info, bytes && Uint8Array.from(bytes)]) });
    await sendBadText(Buffer.of(0x61, 0x1f, 0x8b, 0xff));
    const close = await spans.find('websocket.close', 'server');
    expect(heard).toEqual([
      [
        {
          role: 'server',
          connectionId: close.attributes['websocket.connection.id'],
          client: { name: undefined, version: undefined, id: undefined },
          defect: 'invalid_utf8',
          offset: 2,
          size: 4,
          fragments: 1,
          signature: close.attributes['websocket.payload.signature'],
          messageIndex: 0,
        },
        Uint8Array.of(0x61, 0x1f, 0x8b, 0xff),
      ],
    ]);
  });

  it('joins fragments', async () => {
    const heard: string[] = [];
    start({ onDefect: (_, bytes) => heard.push(Buffer.from(bytes ?? []).toString('hex')) });
    const { client, server } = await openPair();
    client.send(Buffer.of(0x61), { binary: false, fin: false });
    client.send(Buffer.of(0xff), { binary: false });
    await closeOf(server);
    expect(heard).toEqual(['61ff']);
  });

  it('hands over a bad close reason, and no bytes for bad deflate data', async () => {
    const heard: unknown[] = [];
    start({
      onDefect: ({ role, defect }, bytes) => heard.push([role, defect, bytes && Buffer.from(bytes).toString('hex')]),
    });
    const reason = await openPair();
    rawSocket(reason.server).write(serverFrame(0x88, Buffer.of(0x03, 0xe8, 0xff)));
    await closeOf(reason.client);
    const deflate = await openPair({ perMessageDeflate: true }, { perMessageDeflate: true });
    rawSocket(deflate.client).write(clientFrame(0xc1, Buffer.of(0xff)));
    await closeOf(deflate.server);
    expect(heard).toEqual([
      ['client', 'invalid_close_reason', 'ff'],
      ['server', 'invalid_deflate', null],
    ]);
  });
});

describe('a hook that throws', () => {
  it('is logged once each, and changes nothing but what it was asked for', async () => {
    const errors: string[] = [];
    const none = (): void => {};
    diag.setLogger(
      { error: (_, message) => errors.push(String(message)), warn: none, info: none, debug: none, verbose: none },
      DiagLogLevel.ERROR,
    );
    const thrower = (): never => {
      throw new Error('hook');
    };
    const spans = start({
      ignore: thrower,
      identifyClient: thrower,
      identifySession: thrower,
      urlTemplate: thrower,
      scrubReason: thrower,
      onDefect: thrower,
    });
    for (let round = 0; round < 2; round++) {
      await sendBadText(Buffer.of(0xff));
      const { server } = await openPair();
      server.close(4000, 'secret');
      await closeOf(server);
    }
    const places = ['ignore', 'identifyClient', 'identifySession', 'urlTemplate', 'onDefect', 'scrubReason'];
    expect(errors.map(message => message.split(' ')[0]).sort()).toEqual(places.sort());
    expect(
      spans
        .named('websocket.close')
        .map(span => span.attributes['websocket.close.code'])
        .sort(),
    ).toEqual([1007, 1007, 1007, 1007, 4000, 4000, 4000, 4000]);
    expect(JSON.stringify(spans.all.map(span => span.attributes))).not.toContain('secret');
  });
});
