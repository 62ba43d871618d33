import { COLUMNS } from '../columns.ts';

/** Slots of a set at the start, a power of two. It doubles when half of them are taken. */
const FIRST_SLOTS = 1 << 8;
const DAY_MS = 86_400_000;

/** How many distinct values a key may have in one day of receipt (UTC); what comes after them is kept as `other`. */
export interface DistinctValueLimits {
  /** Of what closes are grouped by: versions, paths, reasons, user agents. */
  labels: number;
  /** Of what tells clients, sessions and connections apart. */
  ids: number;
}

/**
 * Labels: nobody reads a breakdown of more than 10,000 values, and a path or a reason that has more carries an id. Ids: a million
 * clients a day. A set has 2 to 4 slots of 4 bytes a value: 8 MiB for each of the five ids, 128 KiB for each of the 25 labels, 43 MiB in all
 * at worst, and a tenth more for what comes with public tokens.
 */
export const DEFAULT_DISTINCT_VALUES: DistinctValueLimits = { labels: 10_000, ids: 1_000_000 };

const IDS: ReadonlySet<string> = new Set([
  'connectionId',
  'previousConnectionId',
  'clientId',
  'sessionId',
  'sessionPreviousId',
]);

/**
 * Counts the distinct values of each column by day, whatever becomes of the interner that holds the texts. Values are known by a hash of 32
 * bits: with a million of them one newcomer in 4,000 passes for an old value, which a limit can bear.
 */
export class DistinctValues {
  readonly #limits: readonly number[];
  #sets: HashSet[] = [];
  #day = Number.NaN;

  constructor({ labels, ids }: DistinctValueLimits) {
    this.#limits = COLUMNS.map(({ field }) => (IDS.has(field) ? ids : labels));
  }

  /** Starts anew where the day has changed since the last call, and tells so. */
  startDay(epochMs: number): boolean {
    const day = Math.floor(epochMs / DAY_MS);
    if (day === this.#day) return false;
    this.#day = day;
    this.#sets = COLUMNS.map(() => new HashSet());
    return true;
  }

  /** True where a column's value is known, or may still become known; then it is. */
  admits(column: number, hash: number): boolean {
    return this.#sets[column]!.add(hash, this.#limits[column]!);
  }
}

/** What comes with public tokens has this part of the limits, and for itself: nobody can use up what trusted senders have. */
const UNTRUSTED_PART = 0.1;

/** Distinct values of trusted senders and, apart from them, of the others. */
export class DistinctByTrust {
  readonly #trusted: DistinctValues;
  readonly #untrusted: DistinctValues;

  constructor({ labels, ids }: DistinctValueLimits) {
    const part = (limit: number) => Math.ceil(limit * UNTRUSTED_PART);
    this.#trusted = new DistinctValues({ labels, ids });
    this.#untrusted = new DistinctValues({ labels: part(labels), ids: part(ids) });
  }

  of(trusted: boolean): DistinctValues {
    return trusted ? this.#trusted : this.#untrusted;
  }

  /** Starts anew where the day has changed since the last call, and tells so. */
  startDay(epochMs: number): boolean {
    this.#untrusted.startDay(epochMs);
    return this.#trusted.startDay(epochMs);
  }
}

/** Numbers of 32 bits. Their low bits choose the slot, so they have to be well mixed. */
class HashSet {
  #slots = new Uint32Array(0);
  #size = 0;

  /** True where it is there afterwards: it was already, or there were less than `limit`. */
  add(hash: number, limit: number): boolean {
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    const value = hash || 1; // 0 is an empty slot
    const slot = slotOf(this.#slots, value);
    if (this.#slots[slot] === value) return true;
    if (this.#size >= limit) return false;
    this.#slots[slot] = value;
    this.#size += 1;
    return true;
  }

  #grow(): void {
    const slots = new Uint32Array(Math.max(FIRST_SLOTS, this.#slots.length * 2));
    for (const value of this.#slots) if (value !== 0) slots[slotOf(slots, value)] = value;
    this.#slots = slots;
  }
}

/** The slot of a value: where it is, or where it would be put. */
function slotOf(slots: Uint32Array, value: number): number {
  let slot = value & (slots.length - 1);
  while (slots[slot] !== 0 && slots[slot] !== value) slot = (slot + 1) & (slots.length - 1);
  return slot;
}
