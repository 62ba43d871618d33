import { BlockedBloom } from './blocked-bloom.ts';

/** Milliseconds of a span's own time that share a filter: short, so that little is lost when the oldest is given up. */
const SLICE_MS = 60_000;
/** How far before and after now a span's own time may lie to be looked for here. Milliseconds. */
const DAY_MS = 86_400_000;
/** Keys of a slice at the start, where the slice before it had no more. */
const FIRST_KEYS = 256;

/** Share of what it may hold that spans from more than a day ahead get, twice that at most. Where it is full, all spans from their time on are looked up. */
const MOST_AHEAD = 1 / 8;

/** Filters of one slice: another, twice as large, is added when the last one is full. */
type Slice = BlockedBloom[];

export interface RedeliveryFilterOptions {
  /** Every span that is stored, and whose own time lies at this or later, is noted before the first question. Epoch milliseconds. */
  completeFrom: number;
  /** What it may hold. The oldest slices are given up past that. */
  maxBytes: number;
}

/**
 * Tells spans that are surely not stored yet from those that perhaps are, without asking the disk. It knows the spans of
 * the last 24 hours by the minute of their own time, which is the same however often and late a span is sent. Of a span from before
 * what it knows it says "perhaps".
 */
export class RedeliveryFilter {
  readonly #maxBytes: number;
  readonly #slices = new Map<number, Slice>();
  /** Spans from more than a day ahead, of any minute: slices of these would let a sender push out those that are needed. */
  readonly #ahead: Slice = [];
  /** The earliest own time of those. Epoch milliseconds. */
  #aheadFrom = Number.POSITIVE_INFINITY;
  /** Nothing is known of what lies before. Epoch milliseconds. */
  #knownFrom: number;
  #bytes = 0;

  constructor({ completeFrom, maxBytes }: RedeliveryFilterOptions) {
    this.#knownFrom = completeFrom;
    this.#maxBytes = maxBytes;
  }

  /** What its filters take. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Notes a span as stored, and tells whether it perhaps was so before. `place` and `bits` are independent 32-bit hashes of its ids,
   * both times are epoch milliseconds.
   */
  note(place: number, bits: number, ownTime: number, now: number): boolean {
    this.#forgetBefore(Math.floor((now - DAY_MS) / SLICE_MS));
    if (ownTime < this.#knownFrom) return true;
    if (ownTime > now + DAY_MS) return this.#noteAhead(place, bits, ownTime);
    if (ownTime >= this.#aheadFrom && this.#wasAhead(place, bits)) return true;
    const slice = this.#sliceAt(Math.floor(ownTime / SLICE_MS));
    if (has(slice, place, bits)) return true;
    this.#lastOf(slice).add(place, bits);
    while (this.#bytes > this.#maxBytes) this.#forgetBefore(Math.min(...this.#slices.keys()) + 1);
    return false;
  }

  /** Of such a span it says "perhaps" at once, and knows it when time has come near it: it may be sent again then. */
  #noteAhead(place: number, bits: number, ownTime: number): boolean {
    this.#aheadFrom = Math.min(this.#aheadFrom, ownTime);
    if (!this.#wasAhead(place, bits)) this.#lastOf(this.#ahead).add(place, bits);
    return true;
  }

  #wasAhead(place: number, bits: number): boolean {
    return this.#isAheadFull || has(this.#ahead, place, bits);
  }

  get #isAheadFull(): boolean {
    return bytesOf(this.#ahead) > this.#maxBytes * MOST_AHEAD;
  }

  /** From now on nothing is known of the slices before `first`. */
  #forgetBefore(first: number): void {
    if (first * SLICE_MS <= this.#knownFrom) return;
    for (const [at, slice] of this.#slices) {
      if (at >= first) continue;
      this.#slices.delete(at);
      this.#bytes -= bytesOf(slice);
    }
    this.#knownFrom = first * SLICE_MS;
  }

  #sliceAt(at: number): Slice {
    const known = this.#slices.get(at);
    if (known !== undefined) return known;
    const before = this.#slices.get(at - 1) ?? [];
    const slice: Slice = [];
    this.#slices.set(at, slice);
    this.#grow(slice, Math.max(FIRST_KEYS, keysOf(before)));
    return slice;
  }

  #lastOf(slice: Slice): BlockedBloom {
    const last = slice.at(-1) ?? this.#grow(slice, FIRST_KEYS);
    return last.keys < last.capacity ? last : this.#grow(slice, last.capacity * 2);
  }

  #grow(slice: Slice, keys: number): BlockedBloom {
    const filter = new BlockedBloom(keys);
    slice.push(filter);
    this.#bytes += filter.bytes;
    return filter;
  }
}

function has(slice: Slice, place: number, bits: number): boolean {
  for (const filter of slice) if (filter.has(place, bits)) return true;
  return false;
}

function bytesOf(slice: Slice): number {
  return slice.reduce((sum, filter) => sum + filter.bytes, 0);
}

function keysOf(slice: Slice): number {
  return slice.reduce((sum, filter) => sum + filter.keys, 0);
}
