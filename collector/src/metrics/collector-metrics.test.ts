import { afterEach, describe, expect, it } from 'vitest';
import { otlpLinesFromEvents } from '../otlp/otlp-lines-from-events.ts';
import { closeEvent } from '../testdata/close-event.ts';
import { type RunningCollector, runCollector } from '../testdata/running-collector.ts';
import { COUNTER_FAMILIES, labelsIn } from './counter-families.ts';
import { counterLeaves } from './counter-leaves.ts';

const ACCESS = {
  tokens: [{ name: 'gateways', token: 'sesame' }],
  publicTokens: [{ name: 'web', token: 'pk', origins: [], spansPerSecond: 1 }],
  corsOrigins: [],
};

let running: RunningCollector;
afterEach(() => running.stop());

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** The samples of the text format, as far as ours go: no escapes in labels. */
function samplesIn(text: string): Sample[] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="(.*?)"/g)].map(([, key, label]) => [key, label])),
    value: Number(value),
  }));
}

describe("the collector's metrics", () => {
  it('show every counter, with its value, in a metric of its own', async () => {
    running = await runCollector({ access: ACCESS });
    const { counters, metrics } = running.collector;
    counters.spans.valuesOther['url.path'] = 0;
    // Each counter gets a number that no other has, so that one that is shown for another is found out.
    const leaves = counterLeaves(counters);
    leaves.forEach(({ path }, index) => {
      let inner = counters as unknown as Record<string, never>;
      for (const key of path.slice(0, -1)) inner = inner[key] as never;
      (inner as Record<string, number>)[path.at(-1) as string] = 1_000 + index;
    });

    const samples = samplesIn(await metrics.metrics());
    for (const [index, { path }] of leaves.entries()) {
      const family = COUNTER_FAMILIES.find(candidate => labelsIn(candidate, path) !== undefined);
      expect([path, family?.name]).toEqual([path, expect.any(String)]);
      expect(samples).toContainEqual({ name: family?.name, labels: labelsIn(family!, path), value: 1_000 + index });
    }
    expect(leaves.length).toBeGreaterThan(45);
  });

  it('ask the store once a scrape, and anew at the next', async () => {
    let asked = 0;
    running = await runCollector();
    const { status } = running.store;
    running.store.status = () => ({ ...status(), lostRows: ++asked });
    const lostRowsIn = async () =>
      samplesIn(await running.collector.metrics.metrics()).find(({ name }) => name === 'closewatch_store_lost_rows')
        ?.value;
    expect([await lostRowsIn(), asked]).toEqual([1, 1]);
    await new Promise(setImmediate);
    expect([await lostRowsIn(), asked]).toEqual([2, 2]);
  });

  it('show a counter that nobody gave a metric yet', async () => {
    running = await runCollector();
    Object.assign(running.collector.counters, { brandNew: { dropReason: 7 } });
    expect(samplesIn(await running.collector.metrics.metrics())).toContainEqual({
      name: 'closewatch_counted_total',
      labels: { counter: 'brand_new.drop_reason' },
      value: 7,
    });
  });

  it('tell of the queue, the connections, the commits and the store', async () => {
    running = await runCollector({ grpcPort: 0 });
    const [request] = otlpLinesFromEvents([closeEvent(1)]);
    expect((await running.post(request as string)).status).toBe(200);
    const text = await running.collector.metrics.metrics();
    const value = (name: string, labels = {}) =>
      samplesIn(text).find(sample => sample.name === name && JSON.stringify(sample.labels) === JSON.stringify(labels))
        ?.value;
    expect(value('closewatch_queue_bytes')).toBe(0);
    expect(value('closewatch_queue_limit_bytes')).toBe(268_435_456);
    expect(value('closewatch_open_connections', { protocol: 'http' })).toBe(1);
    expect(value('closewatch_open_connections', { protocol: 'grpc' })).toBe(0);
    expect(value('closewatch_commit_seconds_count')).toBe(1);
    expect(value('closewatch_store_rows')).toBe(1);
    expect(value('closewatch_store_days', { form: 'live' })).toBe(1);
    expect(value('closewatch_store_lost_rows')).toBe(0);
    expect(value('closewatch_store_state', { state: 'ready' })).toBe(1);
    expect(value('closewatch_arrivals_total', { age: 'late' })).toBe(1); // its time is of another day
  });

  it('have names that begin with closewatch_, and no token', async () => {
    running = await runCollector({ access: ACCESS });
    const text = await running.collector.metrics.metrics();
    expect(samplesIn(text).filter(({ name }) => !name.startsWith('closewatch_'))).toEqual([]);
    expect(text).toContain('token="gateways"');
    expect(text).not.toContain('sesame');
  });
});
