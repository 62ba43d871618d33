import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collector, createCollector, openDuckDbStore, type Store } from '@closewatch/collector';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeSpans, OtlpClient } from './otlp-client.ts';

const IDLE = 5_000;
const SLOW = 300;
const REQUEST_TIMEOUT_MS = 4_000;
const HEAD = 'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

function closeOf(socket: Socket): Promise<void> {
  return new Promise(resolve => socket.resume().once('close', () => resolve()));
}

describe('a collector with 5,000 idle connections and 300 senders that never finish', () => {
  let folder: string;
  let store: Store;
  let collector: Collector;
  let port: number;
  let grpcPort: number;
  let sockets: Socket[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'closewatch-slow-'));
    store = await openDuckDbStore({ folder });
    const limits = { requestTimeoutMs: REQUEST_TIMEOUT_MS, headersTimeoutMs: REQUEST_TIMEOUT_MS };
    collector = createCollector({ store, port: 0, grpcPort: 0, groupMs: 5, limits });
    const address = await collector.start();
    port = address.port;
    grpcPort = address.grpcPort!;
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await collector.stop();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** In parts, so that no connection has to be tried a second time by the system. */
  async function open(count: number, to: number): Promise<Socket[]> {
    const opened: Socket[] = [];
    while (opened.length < count) {
      const part = Array.from({ length: Math.min(250, count - opened.length) }, () => connect(to, '127.0.0.1'));
      await Promise.all(part.map(socket => once(socket, 'connect')));
      opened.push(...part);
    }
    for (const socket of opened) socket.on('error', () => undefined); // being cut off is what a test expects
    sockets.push(...opened);
    return opened;
  }

  it('takes requests meanwhile, and cuts off and counts those that take too long', { timeout: 60_000 }, async () => {
    await open(IDLE - 500, port);
    await open(500, grpcPort);
    const slow = await open(SLOW, port);
    const cutOff = slow.map(closeOf);
    for (const [index, socket] of slow.entries()) {
      // A third is stuck in the head, a third in a body of known length, a third in chunks.
      if (index % 3 === 0) socket.write(HEAD);
      else if (index % 3 === 1) socket.write(`${HEAD}content-length: 1000\r\n\r\n{`);
      else socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`);
    }

    const client = new OtlpClient(port, 'protobuf');
    const spans = closeSpans(400);
    for (let from = 0; from < spans.length; from += 20) {
      expect(await client.send(spans.slice(from, from + 20))).toBe(true);
    }
    expect(collector.counters.events.stored).toBe(400);

    await Promise.all(cutOff);
    const { requests, connections } = collector.counters;
    expect(requests.http.incomplete).toBe((SLOW * 2) / 3);
    expect(connections.http.broken).toBeGreaterThanOrEqual(SLOW / 3);
    expect(connections.http.accepted + connections.grpc.accepted).toBe(IDLE + SLOW + 1);
    expect((await store.readEventsAfter(0, 1_000)).events).toHaveLength(400);
    await client.shutdown();
  });

  it('closes the idle ones at its end without waiting for them', async () => {
    await open(200, port);
    await open(200, grpcPort);
    const closed = sockets.map(closeOf);
    await collector.stop();
    await Promise.all(closed);
    expect(sockets.every(socket => socket.destroyed)).toBe(true);
  });
});
