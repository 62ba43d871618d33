/** Seconds' worth that may come at once. */
const PEAK_S = 10;

/**
 * Bounds a rate in the long run and lets peaks through. What is taken may exceed what is there, and is then owed: a request of any
 * size gets through once, and the next one waits. Source: https://en.wikipedia.org/wiki/Token_bucket
 */
export class TokenBucket {
  #perSecond: number;
  readonly #now: () => number;
  #level: number;
  #filledAt: number;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(perSecond: number, now: () => number) {
    this.#perSecond = perSecond;
    this.#now = now;
    this.#level = perSecond * PEAK_S;
    this.#filledAt = now();
  }

  /** A changed rate counts from now on; what is owed stays owed. */
  setRate(perSecond: number): void {
    this.#fill();
    this.#perSecond = perSecond;
  }

  /** Takes `amount` and returns 0, or, where something is owed already, takes nothing and returns the seconds until nothing is. */
  take(amount: number): number {
    this.#fill();
    if (this.#level <= 0) return Math.max(1, Math.ceil(-this.#level / this.#perSecond));
    this.#level -= amount;
    return 0;
  }

  #fill(): void {
    const at = this.#now();
    const filled = this.#level + ((at - this.#filledAt) / 1_000) * this.#perSecond;
    this.#level = Math.min(this.#perSecond * PEAK_S, filled);
    this.#filledAt = at;
  }
}
