import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { AppendOutcome, Store } from '../store.ts';
import type { CollectorCounters } from './collector-counters.ts';
import type { Observe } from './collector-options.ts';
import type { CommitGroup } from './commit-group.ts';
import { countArrivals } from './count-arrivals.ts';
import { groupWait } from './group-wait.ts';
import { Refusal } from './refusal.ts';
import { WaitingGroups } from './waiting-groups.ts';

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
  readonly #groups = new WaitingGroups();
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
    return this.#groups.filling;
  }

  /** Resolves after the commits that hold what was just written. Rejects with a Refusal (503) when it failed. */
  join(): Promise<void> {
    const done = this.#groups.join();
    if (this.#groups.hasFull) this.#wake?.();
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
    while (!this.#groups.isEmpty) {
      await this.#gather();
      const group = this.#groups.take();
      await this.#commit(group);
      this.#groups.give(group);
    }
    this.#running = null;
  }

  async #gather(): Promise<void> {
    for (let wait = this.#patience(); wait > 0; wait = this.#patience()) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, wait);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = null;
    }
  }

  /** Milliseconds that the group being filled still has to wait for others. */
  #patience(): number {
    if (this.#hurried || this.#groups.hasFull) return 0;
    const { firstJoinedAt, lastJoinedAt, batch } = this.#groups.filling;
    const now = performance.now();
    const waiting = { rows: batch.rows, sinceFirst: now - firstJoinedAt!, sinceLast: now - lastJoinedAt };
    return groupWait(waiting, this.#options.groupMs);
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
