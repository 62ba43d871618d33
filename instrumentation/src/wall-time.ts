import type { Clock } from './clock.ts';

/** `Date.now` counts whole milliseconds, and both clocks are not read at the same instant. */
const WALL_RESOLUTION_MILLIS = 2;
/** Reading a clock can take a microsecond: in a wave it is done once for many spans. */
const COMPARED_EVERY_MILLIS = 10;

/**
 * Epoch milliseconds from monotonic ones, so that a clock that is set in between doesn't stretch a span. The wall time of
 * the monotonic clock's zero is kept while it is right to the resolution of `Date.now`, so that spans that share a moment
 * agree on it: a reconnect begins exactly where its close ends. After a sleep, or once the clock was set, it is taken anew.
 */
export class WallTime {
  readonly #clock: Clock;
  /** Monotonic milliseconds of the last comparison. */
  #comparedAt = Number.NEGATIVE_INFINITY;
  #zero = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The wall time, in epoch milliseconds, of the monotonic clock's zero. `now` is what that clock says. */
  zero(now: number = this.#clock.monotonic()): number {
    if (Math.abs(now - this.#comparedAt) < COMPARED_EVERY_MILLIS) return this.#zero;
    this.#comparedAt = now;
    const zero = this.#clock.wall() - now;
    if (Math.abs(zero - this.#zero) > WALL_RESOLUTION_MILLIS) this.#zero = zero;
    return this.#zero;
  }
}
