import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ServiceSkew } from '../otlp/clock-skew.ts';
import type { CollectorCounters, Protocol } from '../receiver/collector-counters.ts';
import type { StoreStatus } from '../store-status.ts';
import { COUNTER_FAMILIES, type CounterFamily, labelsIn, REST, snakeCase } from './counter-families.ts';
import { counterLeaves } from './counter-leaves.ts';

/** Where the collector's metrics are read from, at each scrape. */
export interface MetricSources {
  counters: CollectorCounters;
  /** Bytes that requests in hand hold, and may hold together. */
  heldBytes(): number;
  /** The most that they held at any time. */
  mostHeldBytes(): number;
  heldBytesLimit: number;
  /** Open sockets; null where the protocol is not served. */
  openConnections(protocol: Protocol): number | null;
  storeStatus(): StoreStatus;
  /** By service. */
  clockSkew(): ReadonlyMap<string, ServiceSkew>;
}

/** Seconds: a commit takes some milliseconds, and one that waits for a checkpoint up to seconds. */
const COMMIT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const PROTOCOLS: readonly Protocol[] = ['http', 'grpc'];
const STORE_STATES: readonly StoreStatus['state'][] = ['ready', 'no_space', 'reopening', 'closed'];

/** The collector's metrics in Prometheus' terms. All names begin with `closewatch_`. */
export class CollectorMetrics {
  readonly registry = new Registry();
  /** From handing a group's rows to the store until they are synced. */
  readonly commitSeconds = new Histogram({
    name: 'closewatch_commit_seconds',
    help: 'Seconds from the begin of a commit until it was synced, or failed.',
    buckets: COMMIT_BUCKETS,
    registers: [this.registry],
  });

  constructor(sources: MetricSources) {
    for (const family of COUNTER_FAMILIES) this.#addFamily(family, sources.counters);
    this.#addRest(sources.counters);
    this.#addQueue(sources);
    this.#addConnections(sources);
    this.#addStore(sources);
    this.#addClockSkew(sources);
  }

  #addFamily(family: CounterFamily, counters: CollectorCounters): void {
    new Counter({
      name: family.name,
      help: family.help,
      labelNames: family.labels,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { path, value } of counterLeaves(counters)) {
          const labels = labelsIn(family, path);
          if (labels !== undefined) this.inc(labels, value);
        }
      },
    });
  }

  #addRest(counters: CollectorCounters): void {
    new Counter({
      name: REST.name,
      help: REST.help,
      labelNames: REST.labels,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { path, value } of counterLeaves(counters)) {
          if (COUNTER_FAMILIES.some(family => labelsIn(family, path) !== undefined)) continue;
          this.inc({ counter: path.map(snakeCase).join('.') }, value);
        }
      },
    });
  }

  #addQueue({ heldBytes, mostHeldBytes, heldBytesLimit }: MetricSources): void {
    this.#gauge('queue_bytes', 'Bytes that requests in hand hold, from their first byte to their answer.', heldBytes);
    this.#gauge('queue_peak_bytes', 'The most that they held at any time.', mostHeldBytes);
    this.#gauge(
      'queue_limit_bytes',
      'What they may hold together; past it requests are refused.',
      () => heldBytesLimit,
    );
    this.#gauge('process_resident_bytes', 'Resident memory of the process.', () => process.memoryUsage.rss());
  }

  #addConnections({ openConnections }: MetricSources): void {
    new Gauge({
      name: 'closewatch_open_connections',
      help: 'Open connections of senders.',
      labelNames: ['protocol'],
      registers: [this.registry],
      collect() {
        for (const protocol of PROTOCOLS) {
          const open = openConnections(protocol);
          if (open !== null) this.set({ protocol }, open);
        }
      },
    });
  }

  #addStore(sources: MetricSources): void {
    const storeStatus = oncePerTurn(sources.storeStatus);
    this.#gauge('store_bytes', 'What the store holds on the disk.', () => storeStatus().bytes);
    this.#gauge(
      'store_free_bytes',
      'What the disk has left; NaN where the system does not say.',
      () => storeStatus().freeBytes ?? Number.NaN,
    );
    this.#gauge('store_rows', 'Rows of all stored days.', () => sum(storeStatus().days.map(day => day.rows)));
    this.#gauge('store_sequence', 'Sequence of the last row.', () => storeStatus().sequence);
    this.#gauge(
      'store_lost_rows',
      'Acknowledged rows that were gone when the store was opened.',
      () => storeStatus().lostRows,
    );
    this.#gauge(
      'store_retired_rows',
      'Rows that retention took away, since the start.',
      () => storeStatus().retiredRows,
    );
    this.#gauge(
      'store_failed_upkeep',
      'Rounds in which closed days could not be rolled up, rewritten or taken away, since the start. Each is tried again.',
      () => storeStatus().failedUpkeep,
    );
    new Gauge({
      name: 'closewatch_store_days',
      help: 'Stored days of receipt by the form of their file.',
      labelNames: ['form'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { form } of storeStatus().days) this.inc({ form }, 1);
      },
    });
    new Gauge({
      name: 'closewatch_store_state',
      help: '1 for the state that the store is in.',
      labelNames: ['state'],
      registers: [this.registry],
      collect() {
        const now = storeStatus().state;
        for (const state of STORE_STATES) this.set({ state }, state === now ? 1 : 0);
      },
    });
  }

  /** At most 201 services: see ClockSkew. */
  #addClockSkew({ clockSkew }: MetricSources): void {
    new Gauge({
      name: 'closewatch_clock_ahead_seconds',
      help: "How far ends of events lie after their receipt: a sender's clock that is ahead, or below zero its delay.",
      labelNames: ['service', 'of'],
      registers: [this.registry],
      collect() {
        for (const [service, { typical, largest }] of clockSkew()) {
          this.set({ service, of: 'latest' }, typical / 1_000);
          this.set({ service, of: 'largest' }, largest / 1_000);
        }
      },
    });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `closewatch_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}

/** Reads once for all that ask in one turn of the event loop, as the metrics of a scrape do: the store looks at each of its files for it. */
function oncePerTurn<Value>(read: () => Value): () => Value {
  let known: { value: Value } | null = null;
  return () => {
    if (known === null) {
      known = { value: read() };
      setImmediate(() => {
        known = null;
      });
    }
    return known.value;
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
