import type { Connection } from '../connection.ts';
import { kaplanMeier, type Observation } from './kaplan-meier.ts';

/** One step of the way back: the share of the clients (0 to 1) that are back `seconds` after their close. */
export interface ReconnectStep {
  seconds: number;
  back: number;
}

/**
 * The clients' way back as at `now` (epoch milliseconds), as Kaplan and Meier estimate it: who is still out counts as out
 * for so long, never as lost. One step for each distinct time, ascending; it begins at 0 without a step.
 */
export function reconnectCurve(closes: readonly Connection[], now: number): ReconnectStep[] {
  return kaplanMeier(awayTimes(closes, now)).map(({ time, survival }) => ({ seconds: time, back: 1 - survival }));
}

/** How long each client was out, in seconds, and whether it was back at the end of that or is out at `now`. */
export function awayTimes(closes: readonly Connection[], now: number): Observation[] {
  return closes.flatMap(({ closedAt, backAt }) => {
    if (closedAt === null || closedAt > now) return [];
    const back = backAt !== null && backAt <= now;
    return [{ time: Math.max(0, (back ? backAt : now) - closedAt) / 1000, event: back }];
  });
}
