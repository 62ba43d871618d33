/**
 * An application that knows nothing of OpenTelemetry: a server and its own clients. Arguments: how many clients, and what it does at
 * SIGTERM: `nothing` (no listener), `stay` (goes on), `leave` (sheds its connections and ends by itself), `exit` (sheds them and
 * calls process.exit(3) when they are gone). Prints `open` when all are connected. A line on standard input: `fail` makes a client
 * send bad text; `end` closes everything, so that the process ends by itself.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { WebSocket, WebSocketServer } from 'ws';

const [count = '1', atTerm = 'nothing'] = process.argv.slice(2);
const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
wss.on('connection', socket => socket.on('error', () => {}));
await once(wss, 'listening');
const url = `ws://127.0.0.1:${(wss.address() as AddressInfo).port}/chat`;

const clients: WebSocket[] = [];
for (let index = 0; index < Number(count); index++) {
  clients.push(new WebSocket(url, { headers: { 'x-client-name': 'web', 'x-client-id': `c-${index}` } }));
}
await Promise.all(clients.map(client => once(client, 'open')));

const input = createInterface({ input: process.stdin });

function shed(): void {
  input.close();
  process.stdin.destroy();
  for (const socket of wss.clients) socket.close(1012);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

input.on('line', line => {
  if (line === 'end') {
    shed();
    wss.close();
    return;
  }
  clients[0]?.once('close', () => print('failed'));
  clients[0]?.send(Buffer.of(0xff), { binary: false });
});

if (atTerm === 'stay') process.on('SIGTERM', () => print('stays'));
if (atTerm === 'leave') {
  process.once('SIGTERM', () => {
    shed();
    wss.close();
  });
}
if (atTerm === 'exit') {
  process.once('SIGTERM', () => {
    for (const socket of wss.clients) {
      socket.on('close', () => {
        if (wss.clients.size === 0) process.exit(3);
      });
    }
    shed();
  });
}
print('open');
