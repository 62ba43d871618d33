import type { CountedConnection } from './merge-connection.ts';

/**
 * The connections of one service that are in memory, without an order. Each has a place in a list, which its owner keeps beside
 * it, so that nothing has to be found: a set of texts would cost more than all the rest of a row.
 */
export class ConnectionSet {
  readonly #list: CountedConnection[] = [];
  /** The owner's number of each. */
  readonly #owners: number[] = [];

  get size(): number {
    return this.#list.length;
  }

  /** Their order is that of no fact: whoever reads it sorts, or doesn't care. Not to be changed meanwhile. */
  values(): Iterable<CountedConnection> {
    return this.#list;
  }

  /** Adds one, and gives its place. */
  add(counted: CountedConnection, owner: number): number {
    this.#owners.push(owner);
    return this.#list.push(counted) - 1;
  }

  /** Puts another record of the same connection in its place. */
  replaceAt(place: number, counted: CountedConnection): void {
    this.#list[place] = counted;
  }

  /** The one at a place. */
  at(place: number): CountedConnection {
    return this.#list[place]!;
  }

  /** The owner's number of the one at a place. */
  ownerAt(place: number): number {
    return this.#owners[place]!;
  }

  /** Takes away the one at a place. Returns the owner's number of the one that is there now, or null where none is. */
  removeAt(place: number): number | null {
    const last = this.#list.pop()!;
    const owner = this.#owners.pop()!;
    if (place === this.#list.length) return null;
    this.#list[place] = last;
    this.#owners[place] = owner;
    return owner;
  }
}
