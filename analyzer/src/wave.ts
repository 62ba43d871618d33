import type { ReconnectFailure } from './reconnect/find-failure.ts';
import type { ReconnectHealth } from './verdict.ts';

/** One instance that shed its connections. Times are epoch milliseconds. */
export interface InstanceRestart {
  instance: string;
  version: string | null;
  /** Its first close that speaks of a restart (1012, or 1001 by the server). */
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
  /** Closes whose client is expected back, and can be recognised then: those that `reconnect` is about. */
  followed: number;
  /** Those of them whose client is still out after the expected window. */
  overdue: number;
  /** True once five minutes have passed since the last close: who comes back after that is no longer counted. */
  returnsOver: boolean;
  /** The clients that fail to come back; null where they do, as far as chance and usual leaving allow. */
  failure: ReconnectFailure | null;
  /** The deploy marker that the wave belongs to: its start, epoch milliseconds, and its version. */
  marker: { startedAt: number; version: string } | null;
  /** Payload-bug closes of the service from its first close to its last. They are no part of `closes`. */
  payloadBugs: number;
  /** 0 to 1. */
  confidence: number;
}

/** What an operator may want to set about waves. Seconds. */
export interface WaveSettings {
  /** A client is expected back this long after its close; 1 to 5 s is the common advice for 1012. */
  reconnectWindow: { from: number; to: number };
  /** Share of the clients that never came back, past which that pages. */
  neverBack: number;
  /** The longest pause between one instance's last close and the next one's first: a roll waits for readiness in between. */
  instanceGap: number;
  /** An instance that lost fewer connections is not judged: of two open ones "half" is one closed tab. */
  minCloses: number;
}

export const DEFAULT_WAVE_SETTINGS: WaveSettings = {
  reconnectWindow: { from: 1, to: 5 },
  neverBack: 0.05,
  instanceGap: 60,
  minCloses: 3,
};
