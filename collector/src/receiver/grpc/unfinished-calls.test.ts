import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningCollector, runCollector } from '../../testdata/running-collector.ts';
import { SIGNALS } from '../signal.ts';

const MIB = 1024 * 1024;
const HEADERS = {
  ':method': 'POST',
  ':path': SIGNALS.traces.grpcPath,
  'content-type': 'application/grpc',
  te: 'trailers',
};
const RESOURCE_EXHAUSTED = '8';
const UNAVAILABLE = '14';

let running: RunningCollector;
let session: ClientHttp2Session;
async function run(maxBodyBytes: number, maxHeldBytes: number): Promise<void> {
  running = await runCollector({ grpcPort: 0, limits: { maxBodyBytes, maxHeldBytes } });
  session = connect(`http://${running.grpcAddress}`);
}
afterEach(async () => {
  session.destroy();
  await running.stop();
});

/** A call whose message has begun: its prefix announces `announced` bytes, of which `sent` follow, and no end. */
function begin(announced: number, sent: number): ClientHttp2Stream {
  const call = session.request(HEADERS);
  const begun = Buffer.alloc(5 + sent);
  begun.writeUInt32BE(announced, 1);
  call.write(begun);
  return call.on('error', () => undefined);
}

async function statusOf(call: ClientHttp2Stream): Promise<unknown> {
  const [headers] = await once(call, 'response');
  return headers['grpc-status'];
}

async function heldBytes(): Promise<number> {
  const { values } = await running.collector.metrics.getSingleMetric('closewatch_queue_bytes')!.get();
  return values[0]!.value;
}

describe('a gRPC call that its caller does not finish', () => {
  it('gives back what it held when it is refused, however much comes after', async () => {
    await run(MIB, 4 * MIB);
    for (let round = 0; round < 3; round++) {
      const call = begin(8 * MIB - 5, 8 * MIB - 5);
      expect(await statusOf(call)).toBe(RESOURCE_EXHAUSTED);
      await once(call.resume(), 'close');
      expect(await heldBytes()).toBe(0);
    }
    expect(running.collector.counters.requests.grpc).toMatchObject({ tooLarge: 3, overloaded: 0 });
  });

  it('is ended by a refusal, so that what has come of it does not stay in memory', async () => {
    await run(4 * MIB, 5 * MIB);
    const first = begin(4 * MIB, 3 * MIB);
    await once(session, 'remoteSettings');
    while ((await heldBytes()) < 3 * MIB) await new Promise(setImmediate);
    const second = begin(4 * MIB, 3 * MIB);
    expect(await statusOf(second)).toBe(UNAVAILABLE);
    await once(second.resume(), 'close');
    expect(second.rstCode).toBe(0);
    first.close();
  });

  it('counts from its headers on for what it takes in memory, before a byte of its message has come', async () => {
    await run(MIB, MIB);
    const calls = Array.from({ length: 60 }, () => session.request(HEADERS).on('error', () => undefined));
    const statuses = await Promise.all(calls.slice(-10).map(statusOf));
    expect(new Set(statuses)).toEqual(new Set([UNAVAILABLE]));
    expect(await heldBytes()).toBeGreaterThan(900_000);
    for (const call of calls) call.close();
    while ((await heldBytes()) > 0) await new Promise(setImmediate);
  });
});
