import type { Connection } from '../connection.ts';
import type { VerdictPayload } from '../verdict.ts';

/**
 * What was sent, by majority of the bugs of the cohort: each field is its most frequent value by itself, `unknown` (the
 * offset: null) where no bug has one. Of equally frequent values the one met first is taken.
 */
export function payloadOf(bugs: readonly Connection[]): VerdictPayload {
  return {
    defect: mostFrequent(bugs.map(bug => bug.payloadDefect)) ?? 'unknown',
    signature: mostFrequent(bugs.map(bug => bug.payloadSignature)) ?? 'unknown',
    offset: mostFrequent(bugs.map(bug => bug.payloadOffset)),
    sender: mostFrequent(bugs.map(bug => bug.payloadSender)) ?? 'unknown',
  };
}

function mostFrequent<Value extends string | number>(values: readonly (Value | null)[]): Value | null {
  const counts = new Map<Value, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  let most: Value | null = null;
  for (const [value, count] of counts) if (most === null || count > counts.get(most)!) most = value;
  return most;
}
