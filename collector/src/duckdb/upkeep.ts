import type { Logger } from 'pino';
import { Backoff } from './backoff.ts';
import type { Database } from './database.ts';
import type { DayFiles } from './day-files.ts';
import type { EventLog } from './event-log.ts';
import { type Retention, retiredDays } from './retired-days.ts';

export interface UpkeepOptions {
  database: Database;
  days: DayFiles;
  log: EventLog;
  retention: Retention;
  /** What else has to be done when days have closed or were taken away. Called once after a start too, and again after a failure. */
  daysChanged: () => Promise<void>;
  /** Rewrites the days that are due. It may take as long as it likes: the rounds go on beside it, and one at a time is under way. */
  rewriteDays: () => Promise<void>;
  /** Epoch milliseconds. */
  now: () => number;
  /** Pause between two rounds. Milliseconds. */
  everyMs: number;
  logger: Pick<Logger, 'info' | 'error'>;
}

/** Looks after the days while rows come in: begins the next one, writes closed ones into their files, and takes old ones away. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> | null = null;
  /** True where something of the closed days may be left to do. */
  #isBehind = true;
  #isFailing = false;
  #failures = 0;
  readonly #changes = new Backoff();
  readonly #rewrites = new Backoff();
  #rewriting: Promise<void> | null = null;
  #isStopped = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#begin(), options.everyMs).unref();
    this.#begin();
  }

  /** Rounds and rewritings that failed since the start. */
  get failures(): number {
    return this.#failures;
  }

  /** Ends after the round and the rewriting that are under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#round;
    await this.#rewriting;
  }

  #begin(): void {
    this.#round ??= this.#run()
      .catch(error => this.#fail(error))
      .finally(() => {
        this.#round = null;
      });
  }

  /** Said once, until a round has gone well again: it comes every few seconds. */
  #fail(error: unknown): void {
    this.#count(error, !this.#isFailing);
    this.#isFailing = true;
    this.#isBehind = true;
  }

  #count(error: unknown, isNew: boolean): void {
    this.#failures += 1;
    if (isNew) this.#options.logger.error({ err: error }, 'the upkeep of the store failed, and is tried again');
  }

  async #run(): Promise<void> {
    await this.#options.log.changeDay();
    const hasWritten = await this.#checkpointClosedDays();
    const hasRetired = await this.#retire();
    if (hasRetired) for (const backoff of [this.#changes, this.#rewrites]) backoff.hurry();
    this.#isBehind ||= hasWritten || hasRetired;
    if (this.#isBehind) this.#isBehind = !(await this.#changes.attempt(this.#options.daysChanged));
    this.#isFailing = this.#isBehind;
    if (!this.#isBehind && !this.#isStopped) this.#beginRewriting();
  }

  /** Beside the rounds: a day of many rows takes minutes, and retention does not wait for it. */
  #beginRewriting(): void {
    this.#rewriting ??= this.#rewrites
      .attempt(this.#options.rewriteDays)
      .then(
        () => undefined,
        error => this.#count(error, this.#rewrites.isFirstFailure),
      )
      .finally(() => {
        this.#rewriting = null;
      });
  }

  /** True where there was something to write. */
  async #checkpointClosedDays(): Promise<boolean> {
    const { database, days, log } = this.#options;
    const behind = log.status().days.filter(({ day, form }) => form === 'closed' && days.hasWal(day));
    for (const { day } of behind) {
      if (this.#isStopped) return false;
      await database.checkpoint(day);
    }
    return behind.length > 0;
  }

  /** True where something was taken away. */
  async #retire(): Promise<boolean> {
    const { log, retention, now, logger } = this.#options;
    const { days, bytes } = log.status();
    const retired = retiredDays(days, bytes, retention, now());
    for (const day of retired) {
      if (this.#isStopped) return false;
      await log.retire(day);
      logger.info({ day }, 'a day was taken away, as retention says');
    }
    return retired.length > 0;
  }
}
