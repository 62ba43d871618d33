import { type Archive, dueForm } from './archive.ts';
import { type Day, lastDays } from './day.ts';
import type { DayCatalogue } from './day-catalogue.ts';
import type { DayFiles } from './day-files.ts';
import type { EventLog } from './event-log.ts';

export interface RewritingParts {
  catalogue: DayCatalogue;
  days: DayFiles;
  log: Pick<EventLog, 'expectRoom'>;
  archive: Archive;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Brings closed days into the form that is due, one after the other. */
export class Rewriting {
  readonly #parts: RewritingParts;
  /** Days that were no smaller packed. Tried again after a restart only: they are small, and a second try is as cheap as the first. */
  readonly #notWorthPacking = new Set<Day>();
  #isStopped = false;

  constructor(parts: RewritingParts) {
    this.#parts = parts;
  }

  /** Begins no further day. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Throws StoreError where the disk has no room for a day's other form beside the one that it has. */
  async rewriteDueDays(): Promise<void> {
    const { catalogue, days, log, archive, now } = this.#parts;
    const last = lastDays(catalogue.days);
    for (const [place, stored] of catalogue.days.entries()) {
      const form = dueForm({ day: last[place]!, form: stored.form }, archive, now());
      if (form === null || this.#isStopped) continue;
      if (form === 'packed' && this.#notWorthPacking.has(stored.day)) continue;
      const bytes = days.bytesOf(stored);
      // The old file stays until the new one is whole.
      log.expectRoom(`rewriting ${stored.day}`, bytes);
      const lessThan = form === 'packed' ? bytes * (archive.packedShare ?? 1) : Number.POSITIVE_INFINITY;
      if (!(await days.rewrite(stored, form, lessThan))) this.#notWorthPacking.add(stored.day);
    }
  }
}
