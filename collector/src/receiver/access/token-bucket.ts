/** Seconds' worth that may come at once. */
const PEAK_S = 10;
/** What may come at once at any rate: the batch that exporters send by default (OTEL_BSP_MAX_EXPORT_BATCH_SIZE). */
const LEAST_PEAK = 512;

/**
 * Bounds a rate in the long run and lets peaks through. What is taken may exceed what is there, and is then owed, one peak at most: a request
 * gets through where anything is there, and the next one waits. Source: https://en.wikipedia.org/wiki/Token_bucket
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
    this.#level = this.peak;
    this.#filledAt = now();
  }

  /** What may come at once. */
  get peak(): number {
    return Math.max(LEAST_PEAK, this.#perSecond * PEAK_S);
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
    this.owe(amount);
    return 0;
  }

  /** Takes what has come already, and of what is not there at most one peak. */
  owe(amount: number): void {
    this.#level = Math.max(-this.peak, this.#level - amount);
  }

  #fill(): void {
    const at = this.#now();
    const filled = this.#level + ((at - this.#filledAt) / 1_000) * this.#perSecond;
    this.#level = Math.min(this.peak, filled);
    this.#filledAt = at;
  }
}
