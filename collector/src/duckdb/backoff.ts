/** A failure that lasts is tried again about every hour. */
const MOST_ROUNDS = 360;

/** Tries work that may take long, and room on the disk, before it fails: after each failure in a row it waits for twice as many rounds. */
export class Backoff {
  #failuresInARow = 0;
  #roundsToWait = 0;

  /** True where the last failure was not followed by another one. */
  get isFirstFailure(): boolean {
    return this.#failuresInARow === 1;
  }

  /** Called once a round. True where the work has gone well, false where it has to wait; throws what the work throws. */
  async attempt(work: () => Promise<void>): Promise<boolean> {
    if (this.#roundsToWait > 0) {
      this.#roundsToWait -= 1;
      return false;
    }
    try {
      await work();
    } catch (error) {
      this.#failuresInARow += 1;
      this.#roundsToWait = Math.min(MOST_ROUNDS, 2 ** this.#failuresInARow);
      throw error;
    }
    this.#failuresInARow = 0;
    return true;
  }

  /** The next round tries again: what made it fail may have changed. */
  hurry(): void {
    this.#roundsToWait = 0;
  }
}
