import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckDbStore } from '../duckdb/open-duckdb-store.ts';
import type { CollectorOptions } from '../receiver/collector-options.ts';
import { type Collector, createCollector } from '../receiver/create-collector.ts';
import type { Store } from '../store.ts';

/** A collector on a free port, over a store in a new folder. */
export interface RunningCollector {
  collector: Collector;
  store: Store;
  /** `http://127.0.0.1:port`. */
  origin: string;
  /** `127.0.0.1:port` of OTLP/gRPC, where `grpcPort` is among the options. */
  grpcAddress: string;
  /** Posts to /v1/traces; JSON unless the headers say otherwise. */
  post(body: Buffer | string, headers?: Record<string, string>): Promise<Response>;
  /** The same to /v1/metrics. */
  postMetrics(body: Buffer | string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

/** Whatever a test has sent: once all requests have ended, the budget has everything back. */
async function expectNothingHeld({ metrics }: Collector): Promise<void> {
  const { values } = await metrics.getSingleMetric('closewatch_queue_bytes')!.get();
  const held = values.map(({ value }) => value);
  if (held.some(bytes => bytes !== 0)) throw new Error(`expected requests to hold 0 bytes after the stop, got ${held}`);
}

export async function runCollector(options: Partial<CollectorOptions> = {}): Promise<RunningCollector> {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-'));
  const store = options.store ?? (await openDuckDbStore({ folder }));
  const collector = createCollector({ port: 0, groupMs: 5, ...options, store });
  const { host, port, grpcPort } = await collector.start();
  const origin = `http://${host}:${port}`;
  const postTo = (path: string) => (body: Buffer | string, headers?: Record<string, string>) =>
    fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
  return {
    collector,
    store,
    origin,
    grpcAddress: `${host}:${grpcPort}`,
    post: postTo('/v1/traces'),
    postMetrics: postTo('/v1/metrics'),
    async stop() {
      await collector.stop();
      await expectNothingHeld(collector);
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
