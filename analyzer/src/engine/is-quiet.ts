import { QUIET_BINS } from '../detect/incident-state.ts';
import { BIN } from '../facts/limits.ts';
import type { ServiceBins } from '../facts/service-bins.ts';
import type { Verdict } from '../verdict.ts';

/**
 * Whether a quarter of an hour before `now` was quiet for a verdict: `bins` (null where its service was not heard) hold no
 * more payload bugs than its own baseline expects, judged over its whole life. The baseline of now is not asked: it may
 * have learnt the bug as usual. A wave that nobody recognises is quiet. False where facts begin later, at `heardFrom`.
 * Times are epoch milliseconds.
 */
export function isQuiet(
  { kind, startedAt, expected = 0 }: Pick<Verdict, 'kind' | 'startedAt' | 'expected'>,
  bins: Pick<ServiceBins, 'bins'> | null,
  heardFrom: number,
  now: number,
): boolean {
  const quarter = QUIET_BINS * BIN;
  if (heardFrom > now - quarter) return false;
  if (kind !== 'payload_bug' || bins === null) return true;
  const last = Math.floor(now / BIN);
  let bugs = 0;
  for (let bin = last - QUIET_BINS + 1; bin <= last; bin++) bugs += bins.bins.get(bin)?.bugs.size ?? 0;
  return bugs <= (expected * quarter) / Math.max(quarter, now - Date.parse(startedAt));
}
