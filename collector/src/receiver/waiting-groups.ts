import { APPEND_ROWS } from '../store.ts';
import { BatchPool } from './batch-pool.ts';
import { CommitGroup } from './commit-group.ts';

/**
 * The groups that wait for their commit: full ones, and the one that is being filled. A full group has exactly APPEND_ROWS rows, since an
 * engine writes those as one piece: what a request has more goes over into the next group, and the request waits for both.
 */
export class WaitingGroups {
  readonly #pool = new BatchPool();
  readonly #full: CommitGroup[] = [];
  #filling = new CommitGroup(this.#pool.take());

  /** The group that is being filled: a request writes its rows into it, and then takes them back or joins. */
  get filling(): CommitGroup {
    // Refused requests leave texts behind, and without a commit nothing else would let go of them.
    const isUnused = this.#filling.firstJoinedAt === null;
    if (isUnused && this.#pool.isWorn(this.#filling.batch)) this.#filling = new CommitGroup(this.#pool.take());
    return this.#filling;
  }

  get hasFull(): boolean {
    return this.#full.length > 0;
  }

  /** Whether a request waits. */
  get isEmpty(): boolean {
    return !this.hasFull && this.#filling.firstJoinedAt === null;
  }

  /** Counts the request that was written last in. Resolves after the commits that hold it; rejects with a Refusal (503). */
  join(): Promise<void> {
    const group = this.#filling;
    const done = group.join();
    if (group.size < APPEND_ROWS) return done;
    const parts = group.batch.rows > APPEND_ROWS ? this.#splitOff(group) : [];
    const last = parts.at(-1);
    this.#filling = last && last.size < APPEND_ROWS ? last : new CommitGroup(this.#pool.take());
    this.#full.push(group, ...parts.filter(part => part !== this.#filling));
    return last ? Promise.all([done, ...parts.map(part => part.join())]).then(() => undefined) : done;
  }

  /** The rows that a group has too many, in groups of their own. */
  #splitOff({ batch }: CommitGroup): CommitGroup[] {
    const parts: CommitGroup[] = [];
    for (let from = APPEND_ROWS; from < batch.rows; from += APPEND_ROWS) {
      const to = Math.min(from + APPEND_ROWS, batch.rows);
      const part = new CommitGroup(this.#pool.takeBeside(batch, to - from));
      batch.copyRows(from, to, part.batch);
      parts.push(part);
    }
    batch.truncate(APPEND_ROWS);
    return parts;
  }

  /** The oldest group, to be committed. */
  take(): CommitGroup {
    const full = this.#full.shift();
    if (full !== undefined) return full;
    const group = this.#filling;
    this.#filling = new CommitGroup(this.#pool.take());
    return group;
  }

  /** Gives back the batch of a group that is committed. */
  give({ batch }: CommitGroup): void {
    this.#pool.give(batch);
  }
}
