import { performance } from 'node:perf_hooks';
import type { EventBatch } from '../batch/event-batch.ts';
import type { GaugeSample } from '../gauge-sample.ts';

/** Requests that are committed together: their rows in one batch, and their gauges beside it. */
export class CommitGroup {
  readonly batch: EventBatch;
  readonly gauges: GaugeSample[] = [];
  /** Settles with the commit; rejects with a Refusal. One promise for all its requests, however many they are. */
  readonly done: Promise<void>;
  readonly committed: () => void;
  readonly failed: (refusal: Error) => void;
  /** By the monotonic clock; null before the first request. */
  firstJoinedAt: number | null = null;
  lastJoinedAt = 0;

  constructor(batch: EventBatch) {
    this.batch = batch;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.committed = resolve;
    this.failed = reject;
  }

  /** Rows and gauges. */
  get size(): number {
    return this.batch.rows + this.gauges.length;
  }

  /** Counts the request whose rows were written last in. Resolves after the commit; rejects with a Refusal (503). */
  join(): Promise<void> {
    this.lastJoinedAt = performance.now();
    this.firstJoinedAt ??= this.lastJoinedAt;
    return this.done;
  }
}
