/**
 * One measurement in a process of its own: the way of a message inside `ws`, from the receiver that has its bytes to the application's
 * listener, without sockets and streams. Connections come and go before, as code that has seen only one is compiled more narrowly.
 */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { spreadOf } from '../spread.ts';

const CONNECTIONS_BEFORE = 200;
const MESSAGES = 1_000_000;
/** Batches before, so that optimized code is measured; and measured ones. */
const WARM_UP = 4;
const BATCHES = 8;
const OPCODE_BINARY = 2; // RFC 6455, section 5.2: nothing is validated

/** The parts of a receiver that a whole message leaves behind, which the types of `ws` leave out. */
interface Receiver {
  _fin: boolean;
  _opcode: number;
  _fragments: Buffer[];
  _messageLength: number;
  dataMessage(done: () => void): void;
}

const { WebSocket, WebSocketServer }: typeof import('ws') = createRequire(import.meta.url)('ws');
const wss = new WebSocketServer({ host: '127.0.0.1', port: 0 });
await once(wss, 'listening');
const url = `ws://127.0.0.1:${(wss.address() as AddressInfo).port}`;
for (let i = 0; i < CONNECTIONS_BEFORE; i++) {
  const visitor = new WebSocket(url);
  await once(visitor, 'open');
  visitor.close();
  await once(visitor, 'close');
}
const [[server]] = await Promise.all([once(wss, 'connection'), once(new WebSocket(url), 'open')]);
let received = 0;
server.on('message', () => {
  received += 1;
});

/** Nanoseconds of CPU time a message. @throws Error where messages were lost */
function batch({ _receiver: receiver }: { _receiver: Receiver }): number {
  const fragments = [Buffer.alloc(64)];
  const done = () => undefined;
  received = 0;
  const before = process.cpuUsage();
  for (let i = 0; i < MESSAGES; i++) {
    receiver._fin = true;
    receiver._opcode = OPCODE_BINARY;
    receiver._fragments = fragments;
    receiver._messageLength = 64;
    receiver.dataMessage(done);
  }
  const { user, system } = process.cpuUsage(before);
  if (received !== MESSAGES) throw new Error(`expected ${MESSAGES} messages in a batch, got ${received}`);
  return ((user + system) * 1000) / MESSAGES;
}

for (let i = 0; i < WARM_UP; i++) batch(server);
const { median: nanoseconds } = spreadOf(Array.from({ length: BATCHES }, () => batch(server)));
process.send?.({ nanoseconds }, () => process.exit(0));
