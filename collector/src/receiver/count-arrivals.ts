import type { EventBatch } from '../batch/event-batch.ts';
import { PLACE } from '../columns.ts';

const MICROS_PER_S = 1_000_000;
/** Less than this may be the clocks' own difference: NTP keeps fleets far inside of it. */
const AHEAD_S = 1;
/** An exporter's batch waits 5 s by default, and its request a moment. */
const PROMPT_S = 10;
/** What comes later leaves verdicts alone. Source: the design, "Time". */
const LATE_S = 15 * 60;

/** Events by their age at receipt, from the end of their span by the sender's clock: what tells clocks that are off, and late data. */
export interface Arrivals {
  /** Ended after they were received: the sender's clock is ahead. */
  ahead: number;
  /** Within 10 s. */
  prompt: number;
  /** Within 15 minutes. */
  delayed: number;
  /** Later, or from a clock that is behind. */
  late: number;
}

/** Counts the rows of a batch. */
export function countArrivals(batch: EventBatch, into: Arrivals): void {
  const ended = batch.columns[PLACE.endedAt]!.numbers;
  const received = batch.columns[PLACE.receivedAt]!.numbers;
  for (let row = 0; row < batch.rows; row++) {
    const age = (received[row]! - ended[row]!) / MICROS_PER_S;
    if (age < -AHEAD_S) into.ahead += 1;
    else if (age <= PROMPT_S) into.prompt += 1;
    else if (age <= LATE_S) into.delayed += 1;
    else into.late += 1;
  }
}
