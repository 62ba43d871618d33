import type { Departure } from './departure.ts';

/** Departures that wait to be matched by endpoint, first in, first out. `ReconnectPairing` bounds how many there are. */
export class WaitingRoom {
  readonly #byEndpoint = new Map<string, Set<Departure>>();

  add(departure: Departure): void {
    const queue = this.#byEndpoint.get(departure.endpoint);
    if (queue) queue.add(departure);
    else this.#byEndpoint.set(departure.endpoint, new Set([departure]));
  }

  remove(departure: Departure): void {
    const queue = this.#byEndpoint.get(departure.endpoint);
    queue?.delete(departure);
    if (queue?.size === 0) this.#byEndpoint.delete(departure.endpoint);
  }

  /** The departure that has waited longest at this endpoint. */
  first(endpoint: string): Departure | undefined {
    return this.#byEndpoint.get(endpoint)?.values().next().value;
  }
}
