import type { Logger } from 'pino';
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
  /** Epoch milliseconds. */
  now: () => number;
  /** Pause between two rounds. Milliseconds. */
  everyMs: number;
  logger: Pick<Logger, 'info' | 'error'>;
}

/** A failure that lasts is tried again about every hour. */
const MOST_ROUNDS = 360;

/** Looks after the days while rows come in: begins the next one, writes closed ones into their files, and takes old ones away. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> | null = null;
  /** True where something of the closed days may be left to do. */
  #isBehind = true;
  #isFailing = false;
  #failures = 0;
  /** Failures of `daysChanged` since it last went well, and the rounds that it waits for now. */
  #failuresInARow = 0;
  #roundsToWait = 0;
  #isStopped = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#begin(), options.everyMs).unref();
    this.#begin();
  }

  /** Rounds that failed since the start. */
  get failures(): number {
    return this.#failures;
  }

  /** Ends after the round that is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#round;
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
    if (!this.#isFailing)
      this.#options.logger.error({ err: error }, 'the upkeep of the store failed, and is tried again');
    this.#failures += 1;
    this.#isFailing = true;
    this.#isBehind = true;
  }

  async #run(): Promise<void> {
    await this.#options.log.changeDay();
    const hasWritten = await this.#checkpointClosedDays();
    const hasRetired = await this.#retire();
    if (hasRetired) this.#roundsToWait = 0;
    this.#isBehind ||= hasWritten || hasRetired;
    if (this.#isBehind) await this.#tellOfChange();
    this.#isFailing = this.#isBehind;
  }

  /** It may take long, and room on the disk, before it fails: it waits for twice as many rounds after each time. */
  async #tellOfChange(): Promise<void> {
    if (this.#roundsToWait > 0) {
      this.#roundsToWait -= 1;
      return;
    }
    try {
      await this.#options.daysChanged();
    } catch (error) {
      this.#failuresInARow += 1;
      this.#roundsToWait = Math.min(MOST_ROUNDS, 2 ** this.#failuresInARow);
      throw error;
    }
    this.#failuresInARow = 0;
    this.#isBehind = false;
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
