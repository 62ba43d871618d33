import { once } from 'node:events';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { instrumentWs } from '../test/instrumented-ws.ts';
import { next, WEB_SOCKET_CLASSES } from '../test/libraries/web-socket-clients.ts';
import { clientFrame, listen, openPair, rawSocket, serverFrame } from '../test/socket-pair.ts';

const CANARY = 'canary7f3a';

/** Every text and number that leaves with a span. */
function exported(span: ReadableSpan): string {
  const { name, attributes, events, status, links, resource } = span;
  return JSON.stringify([name, attributes, events, status, links.map(link => link.attributes), resource.attributes]);
}

describe('what leaves the process', () => {
  it('has no byte of a payload, no query string and no credential', async () => {
    const canary = Buffer.from(CANARY);
    let defects = 0;
    const { spans, stop } = instrumentWs({
      // What an application may do with the bytes in its own process.
      onDefect: (info, bytes) => {
        defects += 1;
        Object.assign(info, { bytes, text: String(bytes) });
      },
      clientFromQuery: { name: 'app' },
      scrubReason: reason => reason,
    });
    const bad = Buffer.concat([canary, Buffer.of(0xff)]);
    const headers = { authorization: `Bearer ${CANARY}`, cookie: `sid=${CANARY}`, 'x-other': CANARY };

    const oneFrame = await openPair({}, { headers });
    oneFrame.client.send(CANARY);
    oneFrame.client.send(canary);
    oneFrame.client.send(bad, { binary: false });
    await once(oneFrame.client, 'close');

    const fragments = await openPair();
    fragments.client.send(canary, { binary: false, fin: false });
    fragments.client.send(bad, { binary: false });
    await once(fragments.client, 'close');

    const deflate = await openPair({ perMessageDeflate: true }, { perMessageDeflate: true });
    rawSocket(deflate.client).write(clientFrame(0xc1, bad));
    await once(deflate.client, 'close');

    const reason = await openPair();
    rawSocket(reason.server).write(serverFrame(0x88, Buffer.concat([Buffer.of(0x03, 0xe8), bad])));
    await once(reason.server, 'close');

    const { url } = await listen();
    const credentials = new WebSocket(`${url.replace('ws://', `ws://user:${CANARY}@`)}&key=${CANARY}`);
    await once(credentials, 'open');
    credentials.terminate();
    await once(credentials, 'close');

    await stop();
    expect(defects).toBe(4);
    expect(spans.named('websocket.close').length).toBeGreaterThanOrEqual(9);
    const all = spans.all.map(exported).join('\n');
    expect(all).not.toContain(CANARY);
    expect(all).not.toContain(canary.toString('base64').slice(0, 12));
    expect(all).not.toContain(canary.toString('hex'));
    expect(all).not.toContain('never-recorded'); // in the query of every URL
    expect(all).toContain('invalid_utf8');
    expect(all).toContain('invalid_deflate');
    expect(all).toContain('invalid_close_reason');
  });

  it.each(WEB_SOCKET_CLASSES)('has none of a message that %s refuses, nor of its query', async (_, WebSocketClass) => {
    const canary = Buffer.from(CANARY);
    let defects = 0;
    const { spans, stop } = instrumentWs({
      onDefect: () => {
        defects += 1;
      },
    });
    const { wss, url } = await listen();
    const connected = once(wss, 'connection') as Promise<[WebSocket]>;
    const client = new WebSocketClass(`${url}&key=${CANARY}`);
    const [[server]] = await Promise.all([connected, next(client, 'open')]);
    client.send(CANARY);
    await once(server, 'message');
    server.send(CANARY);
    server.send(canary);
    server.send(Buffer.concat([canary, Buffer.of(0xff)]), { binary: false });
    const close = await spans.find('websocket.close', 'client');
    await stop();
    expect(defects).toBe(1);
    expect(close.attributes).toMatchObject({
      'websocket.payload.defect': 'invalid_utf8',
      'websocket.payload.offset': CANARY.length,
    });
    const all = spans.all.map(exported).join('\n');
    expect(all).not.toContain(CANARY);
    expect(all).not.toContain(canary.toString('base64').slice(0, 12));
    expect(all).not.toContain(canary.toString('hex'));
    expect(all).not.toContain('never-recorded');
  });
});
