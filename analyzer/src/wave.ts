import type { ReconnectHealth } from './verdict.ts';

/** One instance that shed its connections. Times are epoch milliseconds. */
export interface InstanceRestart {
  instance: string;
  version: string | null;
  /** The first close of its wave. */
  startedAt: number;
  /** When at least half of its connections were gone. */
  halfGoneAt: number;
  /** Its last close. */
  lastCloseAt: number;
  openBefore: number;
  closed: number;
}

/** Several instances of a service that restart: labelled, never a reason to suppress anything. */
export interface Wave {
  kind: 'deploy_wave' | 'restart_wave';
  service: string;
  environment: string | null;
  /** Provisional from the second instance on; confirmed when the successors' version is known, or the wave is over. */
  confirmed: boolean;
  fromVersion: string | null;
  toVersion: string | null;
  instances: InstanceRestart[];
  startedAt: number;
  /** Event time at which the second instance (or the only one) had lost half of its connections. */
  detectedAt: number;
  /** The last close of the last instance, once no other instance has followed for a minute. */
  endedAt: number | null;
  closes: number;
  clients: number;
  /** Closes by effective code. */
  codes: ReadonlyMap<number, number>;
  reconnect: ReconnectHealth;
  /** 0 to 1. */
  confidence: number;
}
