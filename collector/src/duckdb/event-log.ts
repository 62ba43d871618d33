import { statfsSync } from 'node:fs';
import type { EventBatch } from '../batch/event-batch.ts';
import type { GaugeSample } from '../gauge-sample.ts';
import type { AppendOutcome } from '../store.ts';
import type { StoreStatus } from '../store-status.ts';
import { appendEvents } from './append-events.ts';
import type { Database } from './database.ts';
import { type Day, dayOf } from './day.ts';
import type { AppendedRows, DayCatalogue } from './day-catalogue.ts';
import { type DayFiles, readDayFacts } from './day-files.ts';
import type { Rollups } from './rollups.ts';
import type { WriteSession } from './session.ts';

/** How long a span may be sent again and is stored once. Milliseconds. */
const REDELIVERED_WITHIN = 24 * 3_600_000; // 24 h

/** What an event log is made of. */
export interface EventLogParts {
  database: Database;
  catalogue: DayCatalogue;
  days: DayFiles;
  rollups: Rollups;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Takes events and gauge samples into the day that it is, and knows what is stored. */
export class EventLog {
  readonly #database: Database;
  readonly #catalogue: DayCatalogue;
  readonly #days: DayFiles;
  readonly #rollups: Rollups;
  readonly #now: () => number;
  /** False after a commit that failed, which may have come before or after the disk had it. */
  #catalogueIsSure = true;
  #lastSequence: number;

  constructor({ database, catalogue, days, rollups, now }: EventLogParts) {
    this.#database = database;
    this.#catalogue = catalogue;
    this.#days = days;
    this.#rollups = rollups;
    this.#now = now;
    this.#lastSequence = catalogue.lastSequence;
  }

  /** Appends what is new, in one commit, which is synced when the promise resolves. */
  async append(events: EventBatch, gauges: readonly GaugeSample[]): Promise<AppendOutcome> {
    if (events.rows === 0 && gauges.length === 0) return { stored: 0, duplicates: 0 };
    const now = this.#now();
    const today = dayOf(now);
    if ((this.#catalogue.live?.day ?? '') < today) await this.#begin(today);
    const appended = await this.#database.withWrite(async session => {
      if (!this.#catalogueIsSure) await this.#readLiveDay(session);
      this.#catalogueIsSure = false;
      const { day } = this.#catalogue.live!;
      const recent = this.#catalogue.since(dayOf(now - REDELIVERED_WITHIN));
      return appendEvents(session, events, gauges, { day, recent, lastSequence: this.#lastSequence });
    });
    this.#recordCommit(appended);
    const stored = appended?.rows ?? 0;
    return { stored, duplicates: events.rows - stored };
  }

  async #begin(today: Day): Promise<void> {
    await this.#days.begin(today);
    // Rows are not refused over it: a day that could not be rolled up is scanned, and rolled up when the store is opened.
    await this.#rollups.rollUpClosedDays().catch(() => undefined);
  }

  #recordCommit(appended: AppendedRows | null): void {
    this.#catalogueIsSure = true;
    if (appended === null) return;
    this.#lastSequence = appended.lastSequence;
    this.#catalogue.recordAppend(appended);
  }

  async #readLiveDay(session: WriteSession): Promise<void> {
    const live = this.#catalogue.live!;
    this.#catalogue.put({ ...live, ...(await readDayFacts(session, live.day)) });
    this.#lastSequence = Math.max(this.#lastSequence, this.#catalogue.lastSequence);
  }

  status(): StoreStatus {
    const days = this.#catalogue.days.map(day => ({ ...day, bytes: this.#days.bytesOf(day.day) }));
    const { bsize, bavail } = statfsSync(this.#database.folder);
    return {
      state: this.#database.state,
      days,
      sequence: this.#lastSequence,
      lostRows: 0,
      retiredRows: 0,
      bytes: this.#days.mainBytes + days.reduce((sum, day) => sum + day.bytes, 0),
      freeBytes: bsize * bavail,
    };
  }
}
