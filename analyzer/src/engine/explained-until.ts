import { bugsBetween } from '../detect/bin-bugs.ts';
import type { IncidentState } from '../detect/incident-state.ts';
import { BIN } from '../facts/limits.ts';
import type { ServiceBins } from '../facts/service-bins.ts';

/** Up to so many bugs, each new one has the incident explained anew. */
const FEW = 32;
/** Beyond, each time that there are so many times as many: the explanation reads every connection, and a tenth more bugs seldom change it. */
const GROWTH = 1.1;

/**
 * The time (epoch milliseconds) up to which an incident's bugs explain it: its last one that was above the null, and while it runs the last at which their
 * number had grown by a tenth. A function of the bins alone, so that it is the same however often one looks.
 */
export function explainedUntil(bins: ServiceBins, incident: IncidentState): number {
  const { startedAt, lastBugExplained, endedIn } = incident;
  const all = (lastBugExplained + 1) * BIN;
  if (endedIn !== null) return all;
  const bugs = bugsBetween(bins, Math.floor(startedAt / BIN), lastBugExplained);
  if (bugs.length <= FEW) return all;
  const steps = Math.floor(Math.log(bugs.length / FEW) / Math.log(GROWTH));
  const last = bugs[Math.min(bugs.length, Math.ceil(FEW * GROWTH ** steps)) - 1]!;
  return (Math.floor(last.time / BIN) + 1) * BIN;
}
