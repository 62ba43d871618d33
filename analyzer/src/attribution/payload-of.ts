import type { Connection } from '../connection.ts';
import type { VerdictPayload } from '../verdict.ts';

/** One kind of payload among the bugs, and how many are of it. */
export interface PayloadKind extends VerdictPayload {
  bugs: number;
}

/**
 * What was sent, the most frequent first: bugs of one defect and signature are one kind, whose offset and sender are the most frequent among them. Bugs of which
 * no end has recorded anything are a kind, `unknown`, only where there is no other. Of equally many the one met first comes first.
 */
export function payloadKinds(bugs: readonly Connection[]): PayloadKind[] {
  const isRecorded = (bug: Connection) => bug.payloadDefect !== null || bug.payloadSignature !== null;
  const recorded = bugs.filter(isRecorded);
  const byKind = new Map<string, Connection[]>();
  for (const bug of recorded.length > 0 ? recorded : bugs) {
    const key = `${bug.payloadDefect ?? 'unknown'} ${bug.payloadSignature ?? 'unknown'}`;
    const alike = byKind.get(key);
    if (alike) alike.push(bug);
    else byKind.set(key, [bug]);
  }
  return [...byKind.values()]
    .sort((a, b) => b.length - a.length)
    .map(alike => ({
      defect: alike[0]!.payloadDefect ?? 'unknown',
      signature: alike[0]!.payloadSignature ?? 'unknown',
      offset: mostFrequent(alike.map(bug => bug.payloadOffset)),
      sender: mostFrequent(alike.map(bug => bug.payloadSender)) ?? 'unknown',
      bugs: alike.length,
    }));
}

/** The most frequent kind, as a verdict carries it. */
export function payloadOf(bugs: readonly Connection[]): VerdictPayload {
  const [most] = payloadKinds(bugs);
  if (most === undefined) return { defect: 'unknown', signature: 'unknown', offset: null, sender: 'unknown' };
  const { defect, signature, offset, sender } = most;
  return { defect, signature, offset, sender };
}

function mostFrequent<Value extends string | number>(values: readonly (Value | null)[]): Value | null {
  const counts = new Map<Value, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  let most: Value | null = null;
  for (const [value, count] of counts) if (most === null || count > counts.get(most)!) most = value;
  return most;
}
