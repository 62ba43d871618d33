/** The sending side, a thread of its own: posts every body it is given over kept-alive connections, then tells. */
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

interface Work {
  port: number;
  gzip: boolean;
  /** Requests under way at once. */
  senders: number;
  bodies: Uint8Array[];
}

const { port, gzip, senders, bodies } = workerData as Work;
const agent = new Agent({ keepAlive: true, maxSockets: senders });
const latencies: number[] = [];

function post(body: Uint8Array): Promise<void> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-length': body.length,
      ...(gzip && { 'content-encoding': 'gzip' }),
    };
    const sent = request({ host: '127.0.0.1', port, path: '/v1/traces', method: 'POST', headers, agent }, response => {
      response.resume();
      response.on('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`expected 200, got ${response.statusCode}`));
        latencies.push(performance.now() - began);
        resolve();
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const queue = bodies.values();
await Promise.all(
  Array.from({ length: senders }, async () => {
    for (const body of queue) await post(body);
  }),
);
agent.destroy();
parentPort?.postMessage(latencies);
