import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createCollector, EventBatch, openDuckDbStore, type Store } from '@closewatch/collector';
import { spreadOf, textOfSpread } from '../spread.ts';
import { makeWorkload, type Workload } from './workload.ts';

const ROUNDS = 3;
/**
 * `senders` are the requests under way at once, one an exporter, as each waits for its answer. The collector answers a group of
 * requests every 100 ms or so: with few and small ones that pause would be measured, and not the work.
 */
const CASES = [
  { batch: 20, senders: 1_000, spans: 60_000, gzip: false },
  { batch: 500, senders: 64, spans: 80_000, gzip: false },
  { batch: 500, senders: 64, spans: 80_000, gzip: true },
];
/** Rows a commit of the side that appends in bulk: DuckDB's best in the decision on the store. */
const BULK_ROWS = 20_000;

/** Durable spans a second: over real HTTP, senders counted in; and the limit, the store given decoded rows in bulk. */
export async function benchIngest(): Promise<void> {
  console.log(`${ROUNDS} rounds a case, both sides in each; median (min to max)\n`);
  console.log(
    '| batch | senders | gzip | durable spans/s over HTTP | bulk append, spans/s | ratio | ack p50, ms | ack p99, ms |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  for (const { batch, senders, spans, gzip } of CASES) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const workload = makeWorkload(spans, batch, gzip);
      rounds.push({ http: await overHttp(workload, gzip, senders), bulk: await inBulk(workload) });
    }
    console.log(rowOf(batch, gzip, senders, rounds));
  }
}

type Round = { http: { rate: number; latencies: number[] }; bulk: number };

function rowOf(batch: number, gzip: boolean, senders: number, rounds: readonly Round[]): string {
  const rate = textOfSpread(spreadOf(rounds.map(round => round.http.rate)));
  const bulk = textOfSpread(spreadOf(rounds.map(round => round.bulk)));
  const ratio = textOfSpread(spreadOf(rounds.map(round => round.http.rate / round.bulk)), 2);
  const quantile = (q: number) => textOfSpread(spreadOf(rounds.map(round => at(round.http.latencies, q))));
  return `| ${batch} | ${senders} | ${gzip ? 'yes' : 'no'} | ${rate} | ${bulk} | ${ratio} | ${quantile(0.5)} | ${quantile(0.99)} |`;
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

async function overHttp({ spans, bodies }: Workload, gzip: boolean, senders: number): Promise<Round['http']> {
  return withStore(async store => {
    const collector = createCollector({ store, port: 0 });
    const { port } = await collector.start();
    const began = performance.now();
    const sender = new Worker(new URL('./sender.ts', import.meta.url), { workerData: { port, gzip, senders, bodies } });
    const [latencies] = (await once(sender, 'message')) as [number[]];
    const seconds = (performance.now() - began) / 1000;
    await collector.stop();
    expectStored(collector.counters.events.stored, spans);
    return { rate: spans / seconds, latencies };
  });
}

async function inBulk({ spans, events }: Workload): Promise<number> {
  return withStore(async store => {
    const began = performance.now();
    let stored = 0;
    for (let from = 0; from < events.length; from += BULK_ROWS) {
      stored += (await store.appendEvents(EventBatch.of(events.slice(from, from + BULK_ROWS)))).stored;
    }
    expectStored(stored, spans);
    return spans / ((performance.now() - began) / 1000);
  });
}

function expectStored(got: number, expected: number): void {
  if (got !== expected) throw new Error(`expected ${expected} spans stored, got ${got}`);
}

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'closewatch-bench-'));
  const store = await openDuckDbStore({ folder });
  try {
    return await use(store);
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
