import { AsyncLocalStorage } from 'node:async_hooks';
import type { Departure, DepartureClose, Return } from './departure.ts';
import { WaitingRoom } from './waiting-room.ts';

/** Departures waited for at a time in one process; each is about 300 bytes and a timer. Past that they go unreported, and are counted. */
export const MAX_WAITING_DEPARTURES = 10_000;

/** What pairing found out. */
export interface ReconnectOutcomes {
  recovered(departure: Departure, close: DepartureClose, back: Return): void;
  abandoned(departure: Departure, close: DepartureClose): void;
  /** A departure that could not be kept, because too many wait. */
  dropped(): void;
}

/**
 * Finds out which new connection replaces which closed one. The `error` and `close` events of a connection run inside an
 * async context that carries its departure, so a constructor called from there, at once or after a delay, knows its
 * predecessor (reconnecting-websocket, partysocket). Where the context is lost, the longest waiting departure to the same
 * endpoint and subprotocols is taken. Timers are unref'd: they never keep a process alive.
 */
export class ReconnectPairing {
  readonly #context = new AsyncLocalStorage<Departure>();
  readonly #room = new WaitingRoom();
  readonly #waiting = new Set<Departure>();
  readonly #outcomes: ReconnectOutcomes;
  readonly #timeoutMillis: () => number;

  constructor(outcomes: ReconnectOutcomes, timeoutMillis: () => number) {
    this.#outcomes = outcomes;
    this.#timeoutMillis = timeoutMillis;
  }

  /** Runs the application's handlers so that a constructor called from them finds the departure. */
  runAfter<T>(departure: Departure, handlers: () => T): T {
    return this.#context.run(departure, handlers);
  }

  /**
   * The socket is closed. A return is expected unless the application closed the connection itself with `close()`: then
   * only a constructor in the same context counts, and nothing is ever abandoned.
   */
  left(departure: Departure, close: DepartureClose, returnExpected: boolean): void {
    departure.close = close;
    if (departure.earlyReturn) {
      this.#outcomes.recovered(departure, close, departure.earlyReturn);
      return;
    }
    if (!returnExpected) return;
    if (this.#waiting.size >= MAX_WAITING_DEPARTURES) {
      departure.settled = true;
      this.#outcomes.dropped();
      return;
    }
    this.#waiting.add(departure);
    if (departure.claimant === null) this.#room.add(departure);
    departure.timer = setTimeout(() => this.#abandon(departure, close), this.#timeoutMillis());
    departure.timer.unref();
  }

  /** A handshake begins: the departure that it may make good, by context first, then by endpoint. */
  claim(claimant: object, endpoint: string, at: number): Departure | null {
    const inContext = this.#context.getStore();
    const byContext = inContext && !inContext.settled ? inContext : undefined;
    const departure = byContext ?? this.#room.first(endpoint);
    if (!departure) return null;
    this.#room.remove(departure);
    departure.claimant = claimant;
    departure.match = byContext ? 'context' : 'endpoint';
    departure.attempts += 1;
    departure.firstTryAt ??= at;
    return departure;
  }

  /** The handshake failed: the departure waits for the next one. */
  failed(departure: Departure, claimant: object): void {
    if (departure.settled || departure.claimant !== claimant) return;
    departure.claimant = null;
    if (this.#waiting.has(departure)) this.#room.add(departure);
  }

  /** The handshake succeeded, unless another one took the departure over meanwhile. */
  returned(departure: Departure, claimant: object, back: Return): void {
    if (departure.settled || departure.claimant !== claimant) return;
    this.#settle(departure);
    if (departure.close) this.#outcomes.recovered(departure, departure.close, back);
    else departure.earlyReturn = back;
  }

  /** Forgets everybody who waits, without a word. */
  stop(): void {
    for (const departure of this.#waiting) this.#settle(departure);
  }

  #abandon(departure: Departure, close: DepartureClose): void {
    this.#settle(departure);
    this.#outcomes.abandoned(departure, close);
  }

  #settle(departure: Departure): void {
    departure.settled = true;
    departure.claimant = null;
    if (departure.timer) clearTimeout(departure.timer);
    departure.timer = null;
    this.#waiting.delete(departure);
    this.#room.remove(departure);
  }
}
