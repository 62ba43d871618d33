/** Our side: the collector over a DuckDB store in a folder of its own. */
import { createCollector, openDuckDbStore, type Store } from '@closewatch/collector';
import { answerQuestions, usage } from './asked-process.ts';
import { startQueries } from './follow-queries.ts';

/** Where a receiver listens; null where it does not speak gRPC. */
export interface Ports {
  http: number;
  grpc: number | null;
}

let folder: string;
let store: Store;
let queries: ReturnType<typeof startQueries> | null = null;
let collector: ReturnType<typeof createCollector>;

answerQuestions({
  async start(dataFolder: string): Promise<Ports> {
    folder = dataFolder;
    store = await openDuckDbStore({ folder });
    collector = createCollector({ store, port: 0 });
    const { port } = await collector.start();
    return { http: port, grpc: null };
  },
  usage,
  startQueries() {
    queries = startQueries(store);
  },
  stopQueries: () => queries?.stop(),
  /** Stops everything, and counts the rows in what lies on the disk. */
  async finish(): Promise<number> {
    await collector.stop();
    await store.close();
    store = await openDuckDbStore({ folder });
    const stored = await countOf(store);
    await store.close();
    return stored;
  },
});

async function countOf(reopened: Store): Promise<number> {
  let rows = 0;
  for (let sequence = 0; ; ) {
    const page = await reopened.readEventsAfter(sequence, 20_000);
    if (page.events.length === 0) return rows;
    rows += page.events.length;
    sequence = page.sequence;
  }
}
