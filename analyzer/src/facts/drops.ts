/** A connection that went away by itself: 1006, and neither end's application says that it ended it. */
export interface Drop {
  id: string;
  client: string;
  /** Epoch milliseconds. */
  openedAt: number;
  closedAt: number;
}

const MINUTE = 60_000;
const KEPT = 2 * 3_600_000; // 2 h, as the bins of the timeline

/** The drops of one service by the minute of their close, and which minutes have changed. */
export class Drops {
  /** By number of the minute since the epoch, then by connection id. */
  readonly minutes = new Map<number, Map<string, Drop>>();
  /** Number of the earliest minute that changed since it was last set back; Infinity when none did. */
  dirtyFrom = Number.POSITIVE_INFINITY;
  private keptFrom = Number.NEGATIVE_INFINITY;

  add(drop: Drop): void {
    this.changing(drop)?.set(drop.id, drop);
  }

  remove(drop: Drop): void {
    this.changing(drop)?.delete(drop.id);
  }

  forgetBefore(now: number): void {
    this.keptFrom = Math.floor((now - KEPT) / MINUTE);
    for (const number of this.minutes.keys()) if (number < this.keptFrom) this.minutes.delete(number);
  }

  private changing({ closedAt }: Drop): Map<string, Drop> | null {
    const number = Math.floor(closedAt / MINUTE);
    if (number < this.keptFrom) return null;
    this.dirtyFrom = Math.min(this.dirtyFrom, number);
    let minute = this.minutes.get(number);
    if (!minute) {
      minute = new Map();
      this.minutes.set(number, minute);
    }
    return minute;
  }
}
