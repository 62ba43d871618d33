import { EventBatch } from '../batch/event-batch.ts';
import { TextInterner } from '../batch/text-interner.ts';

/** Larger batches are let go, not cleared: 65,536 rows are some commits' worth, and 25 MB. */
const KEPT_CAPACITY = 65_536;

/** While one is committed another is filled; more are needed only behind a stall of the disk. */
const KEPT_BATCHES = 2;

/** Past either, batches begin with new texts: client ids come and go, and 16 MiB of them hold a million. */
const KEPT_TEXTS = 1_000_000;
const KEPT_TEXT_BYTES = 16 * 1024 * 1024;

/**
 * Batches to fill: while one is committed the next is filled, so there are two. They share one interner, and a batch that was made
 * before the interner was renewed keeps the one that its rows refer to.
 */
export class BatchPool {
  #texts = new TextInterner();
  #free: EventBatch[] = [];

  take(): EventBatch {
    if (isLarge(this.#texts)) {
      this.#texts = new TextInterner();
      this.#free = [];
    }
    return this.#free.pop() ?? new EventBatch(this.#texts);
  }

  /** A batch whose texts are those of another, with room for so many rows: no more than that where it is new. */
  takeBeside({ texts }: EventBatch, rows: number): EventBatch {
    const free = texts === this.#texts ? this.#free.findIndex(({ capacity }) => capacity >= rows) : -1;
    return free === -1 ? new EventBatch(texts, rows) : this.#free.splice(free, 1)[0]!;
  }

  give(batch: EventBatch): void {
    if (this.isWorn(batch) || this.#free.length >= KEPT_BATCHES) return;
    batch.truncate(0);
    this.#free.push(batch);
  }

  /** True where another batch should be filled in its place. */
  isWorn(batch: EventBatch): boolean {
    return batch.capacity > KEPT_CAPACITY || batch.texts !== this.#texts || isLarge(batch.texts);
  }
}

function isLarge({ texts, bytes }: TextInterner): boolean {
  return texts > KEPT_TEXTS || bytes > KEPT_TEXT_BYTES;
}
