import type { Connection } from './connection.ts';
import type { Alarm } from './detect/alarm.ts';
import type { Severity, VerdictStatus } from './verdict.ts';

/** A change of the payload-bug rate of one service, as detector and lifecycle know it. Times are epoch milliseconds. */
export interface PayloadBugIncident {
  id: string;
  service: string;
  environment: string | null;
  status: VerdictStatus;
  severity: Severity;
  startedAt: number;
  detectedAt: number;
  endedAt: number | null;
  /** 0 to 1. */
  confidence: number;
  /** Payload-bug closes since `startedAt`; retries of one client included. */
  closes: number;
  /** Distinct clients among them. */
  clients: number;
  /** Payload-bug closes that the baseline would have had in the same time. */
  expected: number;
  /** The closes themselves, the first ones, at most `BUGS_KEPT`. */
  bugs: readonly Connection[];
  /** What found it, first what opened it. */
  found: readonly Alarm[];
}

/** Closes kept with an incident for attribution: 5,000 are plenty to name a cohort, and bound the memory. */
export const BUGS_KEPT = 5_000;
