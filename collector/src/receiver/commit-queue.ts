import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { EventBatch } from '../batch/event-batch.ts';
import type { CloseEvent } from '../close-event.ts';
import type { AppendOutcome, Store } from '../store.ts';
import type { CollectorCounters } from './collector-counters.ts';
import type { Observe } from './collector-options.ts';
import { Refusal } from './refusal.ts';

/** Rows that are committed without waiting for more: commits of 10,000 reached 95 % of the rate of larger ones. */
const GROUP_ROWS = 10_000;

/** The events of one request, and whom to tell. */
interface Entry {
  events: CloseEvent[];
  addedAt: number;
  committed(): void;
  failed(refusal: Refusal): void;
}

export interface CommitQueueOptions {
  store: Store;
  /** How long the first request of a commit waits for others, in milliseconds. */
  groupMs: number;
  counters: CollectorCounters;
  logger: Logger;
  observe: Observe;
  onCommit(outcome: AppendOutcome): void;
}

/**
 * Groups requests into commits, one at a time: a commit is one sync to disk, whatever it holds. What waits here is bounded by the
 * byte budget of the requests that it came with.
 */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #waiting: Entry[] = [];
  #waitingRows = 0;
  #running: Promise<void> | null = null;
  #wake: (() => void) | null = null;
  #hurried = false;
  #failing = false;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  /** Resolves after the commit that holds the events. Throws Refusal (503) when it failed. */
  add(events: CloseEvent[]): Promise<void> {
    const done = new Promise<void>((committed, failed) => {
      this.#waiting.push({ events, addedAt: performance.now(), committed, failed });
    });
    this.#waitingRows += events.length;
    if (this.#waitingRows >= GROUP_ROWS) this.#wake?.();
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
    while (this.#waiting.length > 0) {
      await this.#gather();
      await this.#commit(this.#take());
    }
    this.#running = null;
  }

  async #gather(): Promise<void> {
    const remaining = this.#waiting[0]!.addedAt + this.#options.groupMs - performance.now();
    if (this.#hurried || this.#waitingRows >= GROUP_ROWS || remaining <= 0) return;
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, remaining);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = null;
  }

  /** Whole requests from the front, until they have rows enough. */
  #take(): Entry[] {
    let rows = 0;
    let entries = 0;
    while (entries < this.#waiting.length && rows < GROUP_ROWS) rows += this.#waiting[entries++]!.events.length;
    this.#waitingRows -= rows;
    return this.#waiting.splice(0, entries);
  }

  async #commit(entries: Entry[]): Promise<void> {
    const { store, counters, observe, onCommit } = this.#options;
    observe('commit_begin');
    try {
      const appended = store.appendEvents(EventBatch.of(entries.flatMap(entry => entry.events)));
      observe('commit_sent');
      const outcome = await appended;
      observe('commit_end');
      counters.commits.succeeded += 1;
      counters.events.stored += outcome.stored;
      counters.events.duplicates += outcome.duplicates;
      this.#logRecovery();
      for (const entry of entries) entry.committed();
      if (outcome.stored > 0) onCommit(outcome);
    } catch (cause) {
      counters.commits.failed += 1;
      this.#logFailure(cause);
      const refusal = Refusal.unavailable('the store could not commit: send again', cause);
      for (const entry of entries) entry.failed(refusal);
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
