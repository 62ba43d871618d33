import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { GatewayOrder, GatewayReport } from './orders.ts';
import { exportTheRest } from './telemetry.ts';

/** A client that does not answer the close frame for this long is cut off, so that a deploy can't hang. */
const DRAIN_LIMIT_MS = 2000;
/** The port of the predecessor can be in use for a moment after it has let go. */
const LISTEN_TRIES = 40;

let server: WebSocketServer | undefined;

function report(message: GatewayReport): void {
  process.send?.(message);
}

function serve(socket: WebSocket): void {
  let received = 0;
  socket.on('message', (_data, isBinary) => {
    received += 1;
    if (!isBinary) socket.send(`{"type":"ack","received":${received}}`);
  });
  // ws closes with 1007 by itself; without a listener its error would end the process.
  socket.on('error', () => {});
}

async function listen(port: number): Promise<number> {
  for (let tried = 1; ; tried++) {
    const candidate = new WebSocketServer({ host: '127.0.0.1', port, path: '/live' });
    try {
      await once(candidate, 'listening');
      candidate.on('connection', serve);
      server = candidate;
      return (candidate.address() as AddressInfo).port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tried === LISTEN_TRIES) throw error;
      await sleep(50);
    }
  }
}

/** Lets go of the port, closes every connection with 1012, and waits until all are gone. Answers how many there were. */
async function drain(): Promise<number> {
  if (server === undefined) return 0;
  const sockets = [...server.clients];
  // The server's own close event can come before those of its sockets, and their spans end with theirs.
  const gone = [once(server, 'close'), ...sockets.map(socket => once(socket, 'close'))];
  server.close();
  for (const socket of sockets) socket.close(1012, 'service restart');
  const limit = setTimeout(() => {
    for (const socket of sockets) socket.terminate();
  }, DRAIN_LIMIT_MS);
  await Promise.all(gone);
  clearTimeout(limit);
  return sockets.length;
}

/** Waits for the connections that are being closed; the open ones stay. */
async function settle(): Promise<void> {
  const closing = [...(server?.clients ?? [])].filter(socket => socket.readyState === socket.CLOSING);
  await Promise.all(closing.map(socket => once(socket, 'close')));
}

async function obey(order: GatewayOrder): Promise<void> {
  switch (order.type) {
    case 'listen':
      report({ type: 'listening', port: await listen(order.port) });
      break;
    case 'drain':
      report({ type: 'drained', connections: await drain() });
      await exportTheRest();
      process.exit(0);
      break;
    case 'freeze':
      await settle();
      await exportTheRest();
      report({ type: 'frozen' });
  }
}

process.on('message', (order: GatewayOrder) => {
  obey(order).catch((error: Error) => {
    process.stderr.write(`gateway ${process.pid}: ${order.type}: ${error.message}\n`);
    process.exit(1);
  });
});
// The fleet ends this process; Ctrl-C reaches the whole group, and would make closes that are not part of the story.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
report({ type: 'ready' });
