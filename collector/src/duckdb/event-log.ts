import { statfsSync } from 'node:fs';
import type { Logger } from 'pino';
import type { EventBatch } from '../batch/event-batch.ts';
import type { GaugeSample } from '../gauge-sample.ts';
import type { AppendOutcome } from '../store.ts';
import type { StoreStatus } from '../store-status.ts';
import { appendEvents } from './append-events.ts';
import type { Database } from './database.ts';
import { noSpace } from './database-error.ts';
import { dayOf } from './day.ts';
import type { AppendedRows, DayCatalogue } from './day-catalogue.ts';
import { type DayFiles, readDayFacts } from './day-files.ts';
import type { MarkFile } from './high-water-mark.ts';
import type { RedeliveryFilter } from './redelivery-filter.ts';
import type { WriteSession } from './session.ts';

/** How long a span may be sent again and is stored once. Milliseconds. */
export const REDELIVERED_WITHIN = 24 * 3_600_000; // 24 h

/** What an event log is made of. */
export interface EventLogParts {
  database: Database;
  catalogue: DayCatalogue;
  days: DayFiles;
  filter: RedeliveryFilter;
  mark: MarkFile;
  /** Bytes that the disk has to have left for an append: what a checkpoint after it may need. */
  reserveBytes: number;
  /** Epoch milliseconds. */
  now: () => number;
  logger: Pick<Logger, 'error'>;
}

/** Takes events and gauge samples into the day that it is, and knows what is stored. */
export class EventLog {
  readonly #parts: EventLogParts;
  /** Rows that were acknowledged once, and were gone at the start. */
  readonly lostRows: number;
  /** Rows that were taken away with their days. */
  #retiredRows = 0;
  /** Also of rows that are gone: a sequence is given once. */
  #lastSequence: number;
  /** False after a commit that failed, which may have come before or after the disk had it. */
  #catalogueIsSure = true;

  constructor(parts: EventLogParts) {
    const { catalogue, mark } = parts;
    this.#parts = parts;
    this.#lastSequence = Math.max(catalogue.lastSequence, mark.found?.sequence ?? 0);
    this.lostRows = this.#lastSequence - catalogue.lastSequence + catalogue.missingSequences;
  }

  /** Appends what is new, in one commit, which is synced when the promise resolves. */
  async append(events: EventBatch, gauges: readonly GaugeSample[]): Promise<AppendOutcome> {
    if (events.rows === 0 && gauges.length === 0) return { stored: 0, duplicates: 0 };
    const { database, catalogue, filter } = this.#parts;
    this.expectRoom('a commit');
    const now = this.#parts.now();
    if (catalogue.dayToBegin(now) !== null) await this.#begin(now);
    const appended = await database.withWrite(
      async session => {
        if (!this.#catalogueIsSure) await this.#readLiveDay(session);
        this.#catalogueIsSure = false;
        const { day } = catalogue.live!;
        const recent = catalogue.since(dayOf(now - REDELIVERED_WITHIN));
        return appendEvents(session, events, gauges, { day, recent, filter, now, lastSequence: this.#lastSequence });
      },
      outcome => this.#recordCommit(outcome),
    );
    const stored = appended?.rows ?? 0;
    return { stored, duplicates: events.rows - stored };
  }

  /**
   * Begins a day where the one before is over, whether rows come or not: the last sequence lies in a day that is never taken away. It waits
   * while there is no room, as rows do.
   */
  async changeDay(): Promise<void> {
    const now = this.#parts.now();
    const { catalogue, reserveBytes } = this.#parts;
    if (catalogue.days.length === 0 || this.#freeBytes < reserveBytes) return;
    if (catalogue.dayToBegin(now) !== null) await this.#begin(now);
  }

  /** Takes a closed day away. */
  async retire(day: string): Promise<void> {
    const { catalogue, days } = this.#parts;
    const rows = catalogue.days.find(stored => stored.day === day)?.rows ?? 0;
    await days.remove(day);
    this.#retiredRows += rows;
  }

  async #begin(now: number): Promise<void> {
    if (!this.#catalogueIsSure) await this.#parts.database.withWrite(session => this.#readLiveDay(session));
    const { catalogue, days, logger } = this.#parts;
    const { live: before } = catalogue;
    await days.begin(now, () => this.#lastSequence);
    const { day } = catalogue.live!;
    if (before !== null && day < before.day) {
      logger.error(
        { day, before: before.day },
        'the clock was ahead when the day before was begun; days go on by the clock of now',
      );
    }
  }

  #recordCommit(appended: AppendedRows | null): void {
    const { catalogue, mark } = this.#parts;
    this.#catalogueIsSure = true;
    if (appended === null) return;
    this.#lastSequence = appended.lastSequence;
    catalogue.recordAppend(appended);
    mark.write({ sequence: appended.lastSequence });
  }

  async #readLiveDay(session: WriteSession): Promise<void> {
    const { catalogue } = this.#parts;
    const { live } = catalogue;
    if (live !== null) catalogue.put({ ...live, ...(await readDayFacts(session, live)) });
    this.#lastSequence = Math.max(this.#lastSequence, catalogue.lastSequence);
    this.#catalogueIsSure = true;
  }

  status(): Omit<StoreStatus, 'failedUpkeep'> {
    const { database, catalogue, days } = this.#parts;
    const stored = catalogue.days.map(stored => {
      const { begunAfter: _, file: __, ...day } = stored;
      return { ...day, bytes: days.bytesOf(stored) };
    });
    const { state } = database;
    const freeBytes = this.#freeBytes;
    return {
      state: state === 'ready' && freeBytes < this.#parts.reserveBytes ? 'no_space' : state,
      days: stored,
      sequence: this.#lastSequence,
      lostRows: this.lostRows,
      retiredRows: this.#retiredRows,
      bytes: days.mainBytes + stored.reduce((sum, day) => sum + day.bytes, 0),
      freeBytes,
    };
  }

  /** Throws StoreError where the disk has less than the reserve and so many bytes on top. */
  expectRoom(purpose: string, bytes = 0): void {
    const { database, reserveBytes } = this.#parts;
    const [needed, free] = [reserveBytes + bytes, this.#freeBytes];
    if (free < needed) throw noSpace(database.folder, `expected ${needed} bytes free for ${purpose}, got ${free}`);
  }

  get #freeBytes(): number {
    const { bsize, bavail } = statfsSync(this.#parts.database.folder);
    return bsize * bavail;
  }
}
