/**
 * A server that waits for so many connections, ends them all in one tick, and gets SIGTERM in the same. Argument: how many. Prints its
 * port.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const count = Number(process.argv[2]);
const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', backlog: 4096, perMessageDeflate: false });
wss.on('connection', () => {
  if (wss.clients.size === count) setImmediate(endAll);
});
await once(wss, 'listening');
process.stdout.write(`${(wss.address() as AddressInfo).port}\n`);

function endAll(): void {
  for (const socket of wss.clients) socket.terminate();
  process.kill(process.pid, 'SIGTERM');
}
