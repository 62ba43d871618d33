import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { AppendOutcome, Store } from '../store.ts';
import { BatchPool } from './batch-pool.ts';
import type { CollectorCounters } from './collector-counters.ts';
import type { Observe } from './collector-options.ts';
import { CommitGroup } from './commit-group.ts';
import { countArrivals } from './count-arrivals.ts';
import { Refusal } from './refusal.ts';

/** Rows that are committed without waiting for more: commits of 10,000 reached 95 % of the rate of larger ones. */
const GROUP_ROWS = 10_000;

export interface CommitQueueOptions {
  store: Store;
  /** How long the first request of a commit waits for others, in milliseconds. */
  groupMs: number;
  counters: CollectorCounters;
  logger: Logger;
  observe: Observe;
  onCommit(outcome: AppendOutcome): void;
  /** Told of each commit, whether it succeeded or not. */
  onCommitTime(seconds: number): void;
}

/**
 * Groups requests into commits, one at a time: a commit is one sync to disk, whatever it holds. While one runs, the next group
 * fills. What waits here is bounded by the byte budget of the requests that it came with.
 */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  readonly #pool = new BatchPool();
  #filling = new CommitGroup(this.#pool.take());
  #running: Promise<void> | null = null;
  #wake: (() => void) | null = null;
  #hurried = false;
  #failing = false;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  /**
   * The group that is being filled. A request writes its rows into the batch without giving way to others, and then either takes
   * them back (`truncate`) or calls `join`, before anything else is awaited.
   */
  get filling(): CommitGroup {
    // Refused requests leave texts behind, and without a commit nothing else would let go of them.
    const isUnused = this.#filling.firstJoinedAt === null;
    if (isUnused && this.#pool.isWorn(this.#filling.batch)) this.#filling = new CommitGroup(this.#pool.take());
    return this.#filling;
  }

  /** Resolves after the commit that holds the rows just written. Rejects with a Refusal (503) when it failed. */
  join(): Promise<void> {
    const done = this.#filling.join();
    if (this.#filling.size >= GROUP_ROWS) this.#wake?.();
    this.#running ??= this.#run();
    return done;
  }

  /** Commits what waits, now, and from now on waits for nothing. */
  async drain(): Promise<void> {
    this.#hurried = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#filling.firstJoinedAt !== null) {
      await this.#gather(this.#filling.firstJoinedAt);
      const group = this.#filling;
      this.#filling = new CommitGroup(this.#pool.take());
      await this.#commit(group);
      this.#pool.give(group.batch);
    }
    this.#running = null;
  }

  async #gather(firstJoinedAt: number): Promise<void> {
    const remaining = firstJoinedAt + this.#options.groupMs - performance.now();
    if (this.#hurried || this.#filling.size >= GROUP_ROWS || remaining <= 0) return;
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, remaining);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  async #commit(group: CommitGroup): Promise<void> {
    const { store, counters, observe, onCommit, onCommitTime } = this.#options;
    const begunAt = performance.now();
    observe('commit_begin');
    try {
      const appended = store.appendEvents(group.batch, group.gauges);
      observe('commit_sent');
      const outcome = await appended;
      observe('commit_end');
      counters.commits.succeeded += 1;
      counters.events.stored += outcome.stored;
      counters.events.duplicates += outcome.duplicates;
      counters.gauges.stored += group.gauges.length;
      countArrivals(group.batch, counters.arrivals);
      this.#logRecovery();
      group.committed();
      if (outcome.stored > 0) onCommit(outcome);
    } catch (cause) {
      counters.commits.failed += 1;
      this.#logFailure(cause);
      group.failed(Refusal.unavailable('the store could not commit: send again', cause));
    } finally {
      onCommitTime((performance.now() - begunAt) / 1_000);
    }
  }

  #logFailure(error: unknown): void {
    if (!this.#failing)
      this.#options.logger.error({ err: error }, 'the store does not commit: requests are answered with 503');
    this.#failing = true;
  }

  #logRecovery(): void {
    if (this.#failing) this.#options.logger.info('the store commits again');
    this.#failing = false;
  }
}
