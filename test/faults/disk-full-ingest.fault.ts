import { join } from 'node:path';
import {
  type Collector,
  createCollector,
  openDuckDbStore,
  otlpLinesFromEvents,
  type Store,
} from '@closewatch/collector';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeEvent } from '../../collector/src/testdata/close-event.ts';
import { protobufFromJson } from '../../collector/src/testdata/protobuf-from-json.ts';
import { range, storedNumbers } from './numbered-closes.ts';
import { CAN_MOUNT, SmallDisk } from './small-disk.ts';

const MIB = 1024 * 1024;
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const MESSAGE = 'the store could not commit: send again';

/** A request with one close, number `serial`. */
function request(serial: number): string {
  const [line] = otlpLinesFromEvents([closeEvent(serial)]);
  return line as string;
}

describe.runIf(CAN_MOUNT)('ingest onto a disk that is full', () => {
  let disk: SmallDisk;
  let store: Store;
  let collector: Collector;
  let origin: string;
  let client: Client;
  beforeEach(async () => {
    disk = new SmallDisk(64);
    const options = { reserveBytes: 24 * MIB, checkpointBytes: 4 * MIB };
    store = await openDuckDbStore({ folder: join(disk.folder, 'data'), ...options });
    collector = createCollector({ store, port: 0, grpcPort: 0, groupMs: 5 });
    const { port, grpcPort } = await collector.start();
    origin = `http://127.0.0.1:${port}`;
    client = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
  });
  afterEach(async () => {
    client.close();
    await collector.stop();
    await store.close();
    disk.remove();
  });

  function post(serial: number): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(`${origin}/v1/traces`, { method: 'POST', headers, body: request(serial) });
  }
  function call(serial: number): Promise<ServiceError | null> {
    const body = Buffer.from(protobufFromJson('traces', request(serial)));
    const raw = (bytes: Buffer) => bytes;
    return new Promise(resolve =>
      client.makeUnaryRequest(EXPORT, raw, raw, body, new Metadata(), (error: ServiceError | null) => resolve(error)),
    );
  }

  it('answers 503 with Retry-After and UNAVAILABLE with RetryInfo, and goes on by itself when there is room', async () => {
    expect((await post(0)).status).toBe(200);
    disk.fillUp(20);

    const answer = await post(1);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toEqual({ code: status.UNAVAILABLE, message: MESSAGE });
    const refused = await call(2);
    expect(refused).toMatchObject({ code: status.UNAVAILABLE, details: MESSAGE });
    const [retry] = refused!.metadata.get('grpc-status-details-bin');
    expect(retry!.toString('latin1')).toContain('google.rpc.RetryInfo');
    expect(store.status().state).toBe('no_space');
    expect(collector.counters).toMatchObject({
      requests: { http: { accepted: 1, unavailable: 1 }, grpc: { unavailable: 1 } },
      commits: { succeeded: 1, failed: 2 },
    });
    expect(await storedNumbers(store)).toEqual([0]);

    disk.makeRoom();
    expect((await post(1)).status).toBe(200);
    expect(await call(2)).toBeNull();
    expect(await storedNumbers(store)).toEqual(range(0, 3));
    expect(store.status().state).toBe('ready');
  });
});
