import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloseEvent, createCollector, openDuckDbStore } from '@closewatch/collector';

type Test = (event: CloseEvent) => boolean;

/** A real collector over a real store, that tells of rows as they come. */
export interface StoredEvents {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  endpoint: string;
  /** The first stored event that passes, now or as soon as it is stored. */
  find(test: Test): Promise<CloseEvent>;
  all(): Promise<CloseEvent[]>;
  stop(): Promise<void>;
}

export async function storeEvents(): Promise<StoredEvents> {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-examples-'));
  const store = await openDuckDbStore({ folder });
  const waiting = new Set<() => void>();
  const collector = createCollector({
    store,
    port: 0,
    groupMs: 5,
    observe: phase => {
      if (phase === 'answered') for (const wake of waiting) wake();
    },
  });
  const { host, port } = await collector.start();
  const all = async (): Promise<CloseEvent[]> => (await store.readEventsAfter(0, 1000)).events;
  return {
    endpoint: `http://${host}:${port}`,
    all,
    async find(test) {
      for (;;) {
        let wake: () => void = () => {};
        const answered = new Promise<void>(resolve => {
          wake = resolve;
        });
        waiting.add(wake); // before the look, so that nothing falls between
        const found = (await all()).find(test);
        if (!found) await answered;
        waiting.delete(wake);
        if (found) return found;
      }
    },
    async stop() {
      await collector.stop();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
