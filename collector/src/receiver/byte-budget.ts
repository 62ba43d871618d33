import { Refusal } from './refusal.ts';

/**
 * Bounds what all requests in hand may hold together, from their first byte to their answer. A request that is alone is
 * always let through: its own limit bounds it, and otherwise it could never succeed.
 */
export class ByteBudget {
  readonly limit: number;
  #held = 0;
  #most = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** What is held now. */
  get held(): number {
    return this.#held;
  }

  /** The most that was held at any time. */
  get most(): number {
    return this.#most;
  }

  lease(): ByteLease {
    let own = 0;
    let isReleased = false;
    return {
      grow: bytes => {
        if (isReleased) return;
        if (this.#held + bytes > this.limit && this.#held > own) throw Refusal.overloaded();
        own += bytes;
        this.#held += bytes;
        this.#most = Math.max(this.#most, this.#held);
      },
      shrink: bytes => {
        if (isReleased) return;
        own -= bytes;
        this.#held -= bytes;
      },
      release: () => {
        this.#held -= own;
        own = 0;
        isReleased = true;
      },
    };
  }
}

/** One request's part of the budget. */
export interface ByteLease {
  /** Takes more. Throws Refusal (503) where the budget is spent. After `release` it does nothing: who holds no more takes no more. */
  grow(bytes: number): void;
  /** Gives back what was taken for a while. */
  shrink(bytes: number): void;
  release(): void;
}
