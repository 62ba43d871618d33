import type { Attributes, SpanContext } from '@opentelemetry/api';

/**
 * Departures that one page waits for at a time, each about 300 bytes and a timer. Pages have a handful of connections;
 * past this, servers close them as fast as they open. The one that has waited longest is then given up, and counted.
 */
const MAX_WAITING_DEPARTURES = 100;

/** A connection that has closed, waiting for the one that replaces it. Times are monotonic milliseconds. */
export interface PageDeparture {
  connectionId: string;
  /** What a connection that replaces it has in common with it. */
  endpoint: string;
  attributes: Attributes;
  /** The effective close code. */
  code: number;
  closeSpan: SpanContext;
  closedAt: number;
  /** Handshakes tried. */
  attempts: number;
  firstTryAt?: number;
  /** A handshake is under way that may make it good. */
  claimed?: boolean;
}

/**
 * Finds out which new connection of a page replaces which closed one. Pages have no async context, so it is the longest
 * waiting close to the same endpoint and subprotocols: first in, first out.
 */
export class PageReconnects {
  /** In the order of their closes, with their timers. */
  readonly #waiting = new Map<PageDeparture, ReturnType<typeof setTimeout>>();

  /** A connection is closed, and a return is expected within the time. Answers how many had to be given up for it. */
  left(departure: PageDeparture, timeoutMillis: number, abandoned: () => void): number {
    let dropped = 0;
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size < MAX_WAITING_DEPARTURES) break;
      this.settle(oldest);
      dropped += 1;
    }
    const timer = setTimeout(() => this.settle(departure) && abandoned(), timeoutMillis);
    this.#waiting.set(departure, timer);
    return dropped;
  }

  /** A handshake begins: the departure that it may make good, which is nobody else's until the handshake has failed. */
  claim(endpoint: string, at: number): PageDeparture | undefined {
    for (const departure of this.#waiting.keys()) {
      if (departure.claimed || departure.endpoint !== endpoint) continue;
      departure.claimed = true;
      departure.attempts += 1;
      departure.firstTryAt ??= at;
      return departure;
    }
    return undefined;
  }

  /** It waits no more. Answers false where it did not. */
  settle(departure: PageDeparture): boolean {
    clearTimeout(this.#waiting.get(departure));
    return this.#waiting.delete(departure);
  }

  /** Forgets everybody who waits, without a word. */
  stop(): void {
    for (const departure of this.#waiting.keys()) this.settle(departure);
  }
}
