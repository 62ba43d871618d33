import { ConnectionIds } from './connection-ids.ts';
import { NONE } from './incoming-row.ts';
import { grown } from './row-table.ts';
import type { ServiceFacts } from './service-facts.ts';

/** Connections that there is room for at the start. It doubles when they are full. */
const FIRST_CONNECTIONS = 1 << 10;
/** Rows that may be known under one id: a server's connect and close, a client's connect and close. */
const ROWS = 4;
/** Where the server's rows begin among them, and the client's. */
const OF_SERVER = 0;
const OF_CLIENT = 2;

/** One end of the connection of a number: an end counts by itself, or completes the other. */
export type End = typeof SERVER_END | typeof CLIENT_END;
export const SERVER_END = 0;
export const CLIENT_END = 1;

/** What is known under each connection id, as columns by the number of the id. */
export class ConnectionRecords {
  readonly ids = new ConnectionIds();
  /** Of a client: the server that continues its trace; of several the smallest id. */
  pair = new Int32Array(FIRST_CONNECTIONS).fill(NONE);
  /** The earliest end of a reconnect that names this connection as the one before; NaN where there is none. */
  returnedAt = new Float64Array(FIRST_CONNECTIONS).fill(Number.NaN);
  /** 1 for a client that waited long enough for its server's row: it counts by itself while it has no pair. */
  alone = new Uint8Array(FIRST_CONNECTIONS);
  #rows = new Int32Array(FIRST_CONNECTIONS * ROWS).fill(NONE);
  /** Rows of servers that name it as their parent: as long as there are any, its number is not given to another. */
  #children = new Int32Array(FIRST_CONNECTIONS);
  /** Where each end counts: its service, and its place there. */
  readonly #homes: (ServiceFacts | null)[] = [];
  #places = new Int32Array(FIRST_CONNECTIONS * 2).fill(NONE);

  /** Makes room for a number that `ids` gave. */
  has(number: number): void {
    while (number >= this.pair.length) this.#grow();
  }

  /** The numbers of an end's rows; NONE where there is none. */
  connectOf(number: number, end: End): number {
    return this.#rows[number * ROWS + firstOf(end)]!;
  }

  closeOf(number: number, end: End): number {
    return this.#rows[number * ROWS + firstOf(end) + 1]!;
  }

  setConnect(number: number, end: End, row: number): void {
    this.#rows[number * ROWS + firstOf(end)] = row;
  }

  setClose(number: number, end: End, row: number): void {
    this.#rows[number * ROWS + firstOf(end) + 1] = row;
  }

  /** Whether anything has come from an end. */
  hasRows(number: number, end: End): boolean {
    return this.connectOf(number, end) !== NONE || this.closeOf(number, end) !== NONE;
  }

  /** A server's connect row names it as its parent, or one that did is gone. */
  addChild(number: number): void {
    if (number !== NONE) this.#children[number]!++;
  }

  removeChild(number: number): void {
    if (number !== NONE) this.#children[number]!--;
  }

  /** The service that an end counts for, and its place there; null where it does not count. */
  homeOf(number: number, end: End): ServiceFacts | null {
    return this.#homes[number * 2 + end] ?? null;
  }

  placeOf(number: number, end: End): number {
    return this.#places[number * 2 + end]!;
  }

  /** An end counts in a service from now on. `owner` is what the service knows it by. */
  settle(owner: number, home: ServiceFacts, place: number): void {
    while (this.#homes.length <= owner) this.#homes.push(null);
    this.#homes[owner] = home;
    this.#places[owner] = place;
  }

  leave(owner: number): void {
    this.#homes[owner] = null;
    this.#places[owner] = NONE;
  }

  /** Gives the number back where nothing is known under it any more. `isWaiting` is known to its caller. */
  releaseIfEmpty(number: number, isWaiting: boolean): void {
    const isEmpty =
      !this.hasRows(number, SERVER_END) &&
      !this.hasRows(number, CLIENT_END) &&
      this.pair[number] === NONE &&
      this.#children[number] === 0 &&
      Number.isNaN(this.returnedAt[number]);
    if (!isEmpty || isWaiting) return;
    this.alone[number] = 0;
    this.ids.release(number);
  }

  #grow(): void {
    const before = this.pair.length;
    this.pair = grown(this.pair, Int32Array).fill(NONE, before);
    this.returnedAt = grown(this.returnedAt, Float64Array).fill(Number.NaN, before);
    this.alone = grown(this.alone, Uint8Array);
    this.#rows = grown(this.#rows, Int32Array).fill(NONE, before * ROWS);
    this.#children = grown(this.#children, Int32Array);
    this.#places = grown(this.#places, Int32Array).fill(NONE, before * 2);
  }
}

function firstOf(end: End): number {
  return end === SERVER_END ? OF_SERVER : OF_CLIENT;
}
