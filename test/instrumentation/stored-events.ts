import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloseEvent, createCollector, openDuckDbStore } from '@closewatch/collector';

/** A real collector over a real store, for what real processes send. */
export interface ListeningCollector {
  /** `http://127.0.0.1:port`, as OTEL_EXPORTER_OTLP_ENDPOINT takes it. */
  endpoint: string;
  stored(): Promise<CloseEvent[]>;
  stop(): Promise<void>;
}

/** More than any test here sends. */
const ALL = 200_000;

export async function startCollector(): Promise<ListeningCollector> {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-instrumentation-'));
  const store = await openDuckDbStore({ folder });
  const collector = createCollector({ store, port: 0, groupMs: 10 });
  const { host, port } = await collector.start();
  return {
    endpoint: `http://${host}:${port}`,
    stored: async () => (await store.readEventsAfter(0, ALL)).events,
    async stop() {
      await collector.stop();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
