import type { StoredDay } from '../store-status.ts';
import type { Day } from './day.ts';

/** What is known of a day without reading it. Sizes on the disk are looked up when they are asked for. */
export interface CataloguedDay extends Omit<StoredDay, 'bytes'> {
  /** Sequence of the last row before the day. */
  begunAfter: number;
  /** The file that holds its rows. */
  file: string;
}

/** Rows that were appended to a day in one commit. */
export interface AppendedRows {
  rows: number;
  lastSequence: number;
  /** Event times of the earliest and the latest of them, epoch milliseconds. */
  earliest: number;
  latest: number;
}

/**
 * Which days are stored, and what lies in each of them, in memory: finds the days that a read has to look into. The oldest
 * first; the last one may be live.
 */
export class DayCatalogue {
  #days: readonly CataloguedDay[] = [];

  /** As they are now: what changes is replaced, so that a read keeps what it began with. */
  get days(): readonly CataloguedDay[] {
    return this.#days;
  }

  /** The day that takes rows; null where none does yet. */
  get live(): CataloguedDay | null {
    const last = this.#days.at(-1);
    return last?.form === 'live' ? last : null;
  }

  /** Sequence of the last row of all days, those that are gone included; 0 where there never was one. */
  get lastSequence(): number {
    return this.#days.reduce((last, day) => Math.max(last, day.lastSequence, day.begunAfter), 0);
  }

  /** Sequences that are missing between days: rows that were stored once, and are not there although their day is. */
  get missingSequences(): number {
    let missing = 0;
    for (const [index, { begunAfter }] of this.#days.entries()) {
      const before = this.#days[index - 1];
      if (before !== undefined) missing += begunAfter - Math.max(before.lastSequence, before.begunAfter);
    }
    return missing;
  }

  /** The live day takes no more rows. */
  closeLive(): CataloguedDay | null {
    const live = this.live;
    if (live !== null) this.put({ ...live, form: 'closed' });
    return live;
  }

  /** Adds a day, or replaces what was known of it. */
  put(day: CataloguedDay): void {
    const others = this.#days.filter(other => other.day !== day.day);
    this.#days = [...others, day].sort((a, b) => (a.day < b.day ? -1 : 1));
  }

  remove(day: Day): void {
    this.#days = this.#days.filter(other => other.day !== day);
  }

  /** Tells of a commit into the live day. */
  recordAppend({ rows, lastSequence, earliest, latest }: AppendedRows): void {
    const live = this.live!;
    this.put({
      ...live,
      rows: live.rows + rows,
      firstSequence: live.rows === 0 ? lastSequence - rows + 1 : live.firstSequence,
      lastSequence,
      earliest: Math.min(live.earliest ?? earliest, earliest),
      latest: Math.max(live.latest ?? latest, latest),
    });
  }

  /** Days that have rows whose event times lie in from..to (epoch milliseconds; `to` does not belong to it). */
  overlapping(from: number, to: number): readonly CataloguedDay[] {
    return this.#days.filter(day => day.rows > 0 && day.earliest! < to && day.latest! >= from);
  }

  /** Days that have rows after a sequence. */
  after(sequence: number): readonly CataloguedDay[] {
    return this.#days.filter(day => day.rows > 0 && day.lastSequence > sequence);
  }

  /** Days that took rows on `day` or later. */
  since(day: Day): readonly CataloguedDay[] {
    return this.#days.filter(other => other.day >= day && other.rows > 0);
  }
}
