/**
 * One measurement in a process of its own: a `ws` server's end of a real connection echoes text messages of 64 bytes. Frames go straight
 * into its receiver, and what it sends ends in a stream that drops it, so that nothing but the library and what is patched
 * into it runs. All messages of a batch go in one turn of the event loop, in a young generation that holds them all.
 */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { GCProfiler } from 'node:v8';
import { flushTelemetry } from '../overhead/telemetry/flush.ts';
import { spreadOf } from '../spread.ts';

const SIZE = 64;
/** Some 40 MB a batch, of the 256 MB that the parent gives the young generation. */
const MESSAGES = 20_000;
/** Batches before, so that optimized code is measured; and measured ones. */
const WARM_UP = 10;
const BATCHES = 5;

/** The parts of a `ws` connection that a message passes, which its types leave out. */
interface Inside {
  _receiver: Writable;
  _sender: { _socket: Writable };
}

const { WebSocket, WebSocketServer }: typeof import('ws') = createRequire(import.meta.url)('ws');
const wss = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
await once(wss, 'listening');
const client = new WebSocket(`ws://127.0.0.1:${(wss.address() as AddressInfo).port}`, { perMessageDeflate: false });
const [[server]] = await Promise.all([once(wss, 'connection'), once(client, 'open')]);

const { _receiver: receiver, _sender: sender } = server as Inside;
let echoes = 0;
const socket = sender._socket;
sender._socket = new Writable({
  write: (_chunk, _encoding, done) => done(),
  writev: (chunks, done) => {
    echoes += chunks.length / 2; // a header and a payload each
    done();
  },
});
server.on('message', (data: Buffer, isBinary: boolean) => server.send(data, { binary: isBinary }));

// RFC 6455, section 5.2: a final text frame, masked with zeros, so that it can be read again and again.
const frame = Buffer.concat([Buffer.of(0x81, 0x80 | SIZE, 0, 0, 0, 0), Buffer.alloc(SIZE, 'x')]);

/** Bytes a message in the JavaScript heap. @throws Error where a collection or a lost message spoils the figure */
function batch(): number {
  gc?.();
  echoes = 0;
  const profiler = new GCProfiler();
  profiler.start();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < MESSAGES; i++) receiver.write(frame);
  const after = process.memoryUsage().heapUsed;
  const collections = profiler.stop().statistics.length;
  if (collections > 0) throw new Error(`expected no garbage collection in a batch, got ${collections}`);
  if (echoes !== MESSAGES) throw new Error(`expected ${MESSAGES} echoes in a batch, got ${echoes}`);
  return (after - before) / MESSAGES;
}

/** Between batches the streams come to rest. */
async function batches(count: number): Promise<number[]> {
  const bytes: number[] = [];
  for (let i = 0; i < count; i++) {
    bytes.push(batch());
    await new Promise(resolve => setImmediate(resolve));
  }
  return bytes;
}

await batches(WARM_UP);
const { median: bytesPerMessage } = spreadOf(await batches(BATCHES));
sender._socket = socket;
client.close();
await Promise.all([once(client, 'close'), once(server, 'close')]);
wss.close();
await flushTelemetry();
process.send?.({ bytesPerMessage }, () => process.exit(0));
