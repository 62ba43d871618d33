/**
 * The application that is measured, the same on every side: a `ws` server that echoes. It tells its parent what it has used,
 * each time it is asked. What `require('ws')` gives is handed to the server, as some tools
 * wrap that class alone.
 */
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { flushTelemetry } from './telemetry/flush.ts';

type Ws = typeof import('ws');
const WebSocket: Ws['WebSocket'] & { Server: Ws['WebSocketServer'] } = createRequire(import.meta.url)('ws');
const server = new WebSocket.Server({ host: '127.0.0.1', port: 0, perMessageDeflate: false, WebSocket });
server.on('connection', socket => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.on('listening', () => process.send?.({ port: (server.address() as AddressInfo).port }));

/** Stands for what an application keeps in memory: objects of about 100 bytes, as a collection has to visit each. */
const applicationState = Array.from({ length: Number(process.env.BENCH_LIVE_HEAP ?? 0) * 10_000 }, (_, id) => ({
  id,
  tags: [id],
}));

/** For as long V8's other threads sweep and release, after a collection has returned. */
const COLLECTION_TAIL_MILLIS = 20;

/** What is asked for; `memory` comes after a full garbage collection. */
const answers = {
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return { cpuMicros: user + system };
  },
  collect: async () => {
    gc?.();
    await setTimeout(COLLECTION_TAIL_MILLIS);
    return {};
  },
  flush: async () => {
    await flushTelemetry();
    return {};
  },
  memory: () => {
    for (let i = 0; i < 3; i++) gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heap: heapUsed + external, objects: applicationState.length };
  },
};

process.on('message', async (question: keyof typeof answers) => process.send?.(await answers[question]()));
process.on('disconnect', () => process.exit(0));
