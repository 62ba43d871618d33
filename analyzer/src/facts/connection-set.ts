import type { CountedConnection } from './merge-connection.ts';

/** Makes the record of a connection out of its rows; `owner` is what its owner knows it by. */
export type RecordOf = (owner: number) => CountedConnection;

/**
 * The connections of one service that are in memory, without an order. They are kept as rows: a record is made where somebody asks for it. Each
 * has a place in a list, which its owner keeps beside it, so that nothing has to be found.
 */
export class ConnectionSet {
  /** The owner's number of each. */
  readonly #owners: number[] = [];
  readonly #recordOf: RecordOf;
  /** Those that have closed, in the order in which that was told. */
  readonly #closed: number[] = [];
  /** And when. Epoch milliseconds. */
  readonly #closedAt: number[] = [];

  constructor(recordOf: RecordOf) {
    this.#recordOf = recordOf;
  }

  get size(): number {
    return this.#owners.length;
  }

  /** Every record, made anew. Their order is that of no fact: whoever reads it sorts, or doesn't care. */
  *values(): Generator<CountedConnection> {
    for (const owner of this.#owners) yield this.#recordOf(owner);
  }

  /** The owners' numbers, in an order of no meaning. Not to be changed. */
  owners(): readonly number[] {
    return this.#owners;
  }

  /** Adds one, and gives its place. */
  add(owner: number): number {
    return this.#owners.push(owner) - 1;
  }

  /** Takes away the one at a place. Returns the owner's number of the one that is there now, or null where none is. */
  removeAt(place: number): number | null {
    const last = this.#owners.pop()!;
    if (place === this.#owners.length) return null;
    this.#owners[place] = last;
    return last;
  }

  /** Notes that one has closed. */
  noteClose(owner: number, time: number): void {
    this.#closed.push(owner);
    this.#closedAt.push(time);
  }

  /**
   * The owners' numbers of those whose close was told, and lay before `time` (epoch milliseconds); each is told once. One that was told early waits
   * for those that were told before it. Its owner may have gone meanwhile, or have closed later than was known.
   */
  takeClosedBefore(time: number): number[] {
    let count = 0;
    while (count < this.#closed.length && this.#closedAt[count]! < time) count++;
    this.#closedAt.splice(0, count);
    return this.#closed.splice(0, count);
  }

  /** When those closed that are still to be taken. Epoch milliseconds. */
  closes(): readonly number[] {
    return this.#closedAt;
  }
}
