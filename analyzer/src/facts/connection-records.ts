import { ConnectionIds } from './connection-ids.ts';
import { NONE } from './incoming-row.ts';
import type { ServiceFacts } from './service-facts.ts';

/** Connections that there is room for at the start. It doubles when they are full. */
const FIRST_CONNECTIONS = 1 << 10;

// A connection is 64 bytes in one place, as a row is.
const INTS = 16;
/** Numbers of rows: a server's connect and close, a client's connect and close. */
const ROWS = 0;
const PAIR = 4;
const CHILDREN = 5;
/** The server's, then the client's. */
const PLACES = 6;
const ALONE = 8;
const DOUBLES = 8;
const RETURNED_AT = 5;

/** One end of the connection of a number: an end counts by itself, or completes the other. */
export type End = typeof SERVER_END | typeof CLIENT_END;
export const SERVER_END = 0;
export const CLIENT_END = 1;

/** What is known under each connection id, by the number of the id. An end of it has an owner's number: twice that, and the end. */
export class ConnectionRecords {
  readonly ids = new ConnectionIds();
  #doubles = new Float64Array(0);
  #ints = new Int32Array(0);
  /** The service that each end counts for, by the owner's number. */
  readonly #homes: (ServiceFacts | null)[] = [];

  constructor() {
    this.#grow(FIRST_CONNECTIONS);
  }

  /** Makes room for a number that `ids` gave. */
  has(number: number): void {
    while ((number + 1) * INTS > this.#ints.length) this.#grow(this.#ints.length / INTS);
  }

  /** The numbers of an end's rows; NONE where there is none. */
  connectOf(number: number, end: End): number {
    return this.#ints[number * INTS + ROWS + end * 2]!;
  }

  closeOf(number: number, end: End): number {
    return this.#ints[number * INTS + ROWS + end * 2 + 1]!;
  }

  setConnect(number: number, end: End, row: number): void {
    this.#ints[number * INTS + ROWS + end * 2] = row;
  }

  setClose(number: number, end: End, row: number): void {
    this.#ints[number * INTS + ROWS + end * 2 + 1] = row;
  }

  /** Whether anything has come from an end. */
  hasRows(number: number, end: End): boolean {
    return this.connectOf(number, end) !== NONE || this.closeOf(number, end) !== NONE;
  }

  /** Of a client: the server that continues its trace; of several the smallest id. NONE where there is none. */
  pairOf(client: number): number {
    return this.#ints[client * INTS + PAIR]!;
  }

  setPair(client: number, server: number): void {
    this.#ints[client * INTS + PAIR] = server;
  }

  /** The earliest end of a reconnect that names this connection as the one before; NaN where there is none. Epoch milliseconds. */
  returnedAt(number: number): number {
    return this.#doubles[number * DOUBLES + RETURNED_AT]!;
  }

  setReturnedAt(number: number, time: number): void {
    this.#doubles[number * DOUBLES + RETURNED_AT] = time;
  }

  /** Whether it is a client that waited long enough for its server's row: it counts by itself while it has no pair. */
  isAlone(client: number): boolean {
    return this.#ints[client * INTS + ALONE] === 1;
  }

  setAlone(client: number, isAlone: boolean): void {
    this.#ints[client * INTS + ALONE] = isAlone ? 1 : 0;
  }

  /** A server's connect row names it as its parent, or one that did is gone. As long as there are any, its number is not given to another. */
  addChild(number: number): void {
    if (number !== NONE) this.#ints[number * INTS + CHILDREN]!++;
  }

  removeChild(number: number): void {
    if (number !== NONE) this.#ints[number * INTS + CHILDREN]!--;
  }

  /** The service that an end counts for; null where it does not count. */
  homeOf(number: number, end: End): ServiceFacts | null {
    return this.#homes[number * 2 + end] ?? null;
  }

  /** Its place there. */
  placeOf(number: number, end: End): number {
    return this.#ints[number * INTS + PLACES + end]!;
  }

  /** An end counts in a service from now on, or at another place of it. */
  settle(owner: number, home: ServiceFacts, place: number): void {
    while (this.#homes.length <= owner) this.#homes.push(null);
    this.#homes[owner] = home;
    this.#ints[(owner >> 1) * INTS + PLACES + (owner & 1)] = place;
  }

  leave(owner: number): void {
    this.#homes[owner] = null;
  }

  /** Gives the number back where nothing is known under it any more. `isWaiting` is known to its caller. */
  releaseIfEmpty(number: number, isWaiting: boolean): void {
    const isEmpty =
      !this.hasRows(number, SERVER_END) &&
      !this.hasRows(number, CLIENT_END) &&
      this.pairOf(number) === NONE &&
      this.#ints[number * INTS + CHILDREN] === 0 &&
      Number.isNaN(this.returnedAt(number));
    if (!isEmpty || isWaiting) return;
    this.setAlone(number, false);
    this.ids.release(number);
  }

  /** Adds room for so many, with nothing known of them. */
  #grow(more: number): void {
    const before = this.#ints.length / INTS;
    const doubles = new Float64Array((before + more) * DOUBLES);
    doubles.set(this.#doubles);
    this.#doubles = doubles;
    this.#ints = new Int32Array(doubles.buffer);
    for (let number = before; number < before + more; number++) {
      this.#ints.fill(NONE, number * INTS + ROWS, number * INTS + PAIR + 1);
      this.setReturnedAt(number, Number.NaN);
    }
  }
}

/** The end that an owner's number is of. */
export function endOf(owner: number): End {
  return (owner & 1) === SERVER_END ? SERVER_END : CLIENT_END;
}
