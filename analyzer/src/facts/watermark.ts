import type { CloseEvent } from '@closewatch/collector';
import { AHEAD_AFTER, AHEAD_MOVES, CLOCK_LAG, LATE_AFTER } from './limits.ts';

/**
 * Event time up to which the rows are thought to be here: the larger of the newest row and the time of receipt less 10 s.
 * Made from the rows alone, so that reading the same rows in the same order again admits the same ones.
 */
export class Watermark {
  /** Epoch milliseconds; 0 before the first row. */
  value = 0;
  /** Rows left out because they were more than 15 minutes behind. */
  late = 0;
  /** Rows left out because they were dated more than 5 minutes ahead of their receipt. */
  ahead = 0;

  /** Whether a row may change what is evaluated; moves the watermark and the counts. */
  admits({ time, receivedAt }: Pick<CloseEvent, 'time' | 'receivedAt'>): boolean {
    if (time > receivedAt + AHEAD_AFTER) {
      this.ahead++;
      return false;
    }
    this.value = Math.max(this.value, receivedAt - CLOCK_LAG);
    if (time < this.value - LATE_AFTER) {
      this.late++;
      return false;
    }
    this.value = Math.max(this.value, Math.min(time, receivedAt + AHEAD_MOVES));
    return true;
  }

  /** Whether a sample of a gauge may change what is evaluated; it moves nothing, as rows do. */
  admitsSample({ time, receivedAt }: Pick<CloseEvent, 'time' | 'receivedAt'>): boolean {
    if (time > receivedAt + AHEAD_AFTER) this.ahead++;
    else if (time < this.value - LATE_AFTER) this.late++;
    else return true;
    return false;
  }
}
