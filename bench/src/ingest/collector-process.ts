/** Our side: the collector over a DuckDB store in a folder of its own. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createCollector, openDuckDbStore, type Store } from '@closewatch/collector';
import { answerQuestions, usage } from './asked-process.ts';
import { startQueries } from './follow-queries.ts';
import { memoryNow } from './memory.ts';

/** Where a receiver listens; null where it does not speak gRPC. */
export interface Ports {
  http: number;
  grpc: number | null;
}

/** What is known at the end only. */
export interface Extremes {
  /** The most that requests in hand held, in bytes. */
  queueBytes: number;
  /** The longest that the thread that runs JavaScript was held, in milliseconds. */
  heldMs: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

let folder: string;
let store: Store;
let queries: ReturnType<typeof startQueries> | null = null;
let collector: ReturnType<typeof createCollector>;
const delays = monitorEventLoopDelay({ resolution: 10 });

answerQuestions({
  async start(dataFolder: string): Promise<Ports> {
    folder = dataFolder;
    store = await openDuckDbStore({ folder });
    collector = createCollector({ store, port: 0, grpcPort: 0 });
    const { port, grpcPort } = await collector.start();
    return { http: port, grpc: grpcPort };
  },
  usage,
  memory: memoryNow,
  async extremes(): Promise<Extremes> {
    const metrics = await collector.metrics.getMetricsAsJSON();
    const queue = metrics.find(({ name }) => name.endsWith('queue_peak_bytes'))!;
    return { queueBytes: queue.values[0]!.value, heldMs: delays.max / 1e6 };
  },
  startQueries() {
    delays.enable();
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

/** All of them are closes, of now or a little later. */
async function countOf(reopened: Store): Promise<number> {
  const to = Date.now() + DAY_MS;
  const { groups, rows } = await reopened.readWindow({ from: to - 3 * DAY_MS, to, binMs: DAY_MS, by: [] });
  return rows.subarray(0, groups).reduce((sum, count) => sum + count, 0);
}
