import type { Database } from './database.ts';
import type { DayCatalogue } from './day-catalogue.ts';
import {
  countDay,
  dropCounts,
  forgetRollup,
  isRolledUp,
  keepCounts,
  type RolledUpDays,
  readRolledUpDays,
} from './rollup.ts';

/** Which closed days are rolled up; a window that touches others scans them, and comes to the same. */
export class Rollups {
  readonly #database: Database;
  readonly #catalogue: DayCatalogue;
  #days: RolledUpDays = new Map();

  constructor(database: Database, catalogue: DayCatalogue) {
    this.#database = database;
    this.#catalogue = catalogue;
  }

  get days(): RolledUpDays {
    return this.#days;
  }

  /** Finds out what is rolled up. */
  async open(): Promise<void> {
    this.#days = await this.#database.withRead(readRolledUpDays);
  }

  /** Rolls up every closed day that is not, a transaction a day, and forgets the days that are not stored any more. */
  async rollUpClosedDays(): Promise<void> {
    const stored = new Set(this.#catalogue.days.map(({ day }) => day));
    for (const day of this.#days.keys()) {
      if (!stored.has(day)) await this.#database.withWrite(session => forgetRollup(session, day));
    }
    this.#days = new Map([...this.#days].filter(([day]) => stored.has(day)));
    for (const day of this.#catalogue.days) {
      if (day.form === 'live' || isRolledUp(day, this.#days)) continue;
      await this.#database.aside(files => countDay(files, day));
      await this.#database.withWrite(session => keepCounts(session, day));
      await this.#database.aside(dropCounts);
      this.#days = new Map(this.#days).set(day.day, day.lastSequence);
    }
  }
}
