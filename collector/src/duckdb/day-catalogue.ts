import type { StoredDay } from '../store-status.ts';
import { type Day, dayOf, lastDays } from './day.ts';

const DAY_MS = 86_400_000;

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
 * Which days are stored, and what lies in each of them, in memory: finds the days that a read has to look into. In the order in which they
 * were begun, and so of their sequences; the last one may be live.
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

  /**
   * The day to begin for rows that come now (epoch milliseconds); null where the live one takes them. That one is left when it is over, and when it
   * lies more than a day ahead: the clock was wrong when it was begun. A day is begun once, so where today was, the next one is.
   */
  dayToBegin(now: number): Day | null {
    const { live } = this;
    if (live !== null && live.day >= dayOf(now) && live.day <= dayOf(now + DAY_MS)) return null;
    let time = now;
    while (this.#days.some(({ day }) => day === dayOf(time))) time += DAY_MS;
    const next = dayOf(time);
    return live !== null && live.day > dayOf(now) && live.day < next ? null : next;
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
    this.#days = [...others, day].sort(byBeginning);
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

  /** Days that may have taken rows or samples on `day` or later. */
  since(day: Day): readonly CataloguedDay[] {
    const last = lastDays(this.#days);
    return this.#days.filter((_, place) => last[place]! >= day);
  }
}

/** Days that took no rows have the beginning of the next one. */
function byBeginning(a: CataloguedDay, b: CataloguedDay): number {
  const isLive = ({ form }: CataloguedDay) => Number(form === 'live');
  return (
    a.begunAfter - b.begunAfter || isLive(a) - isLive(b) || a.lastSequence - b.lastSequence || (a.day < b.day ? -1 : 1)
  );
}
