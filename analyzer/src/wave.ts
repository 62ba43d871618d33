import type { ReconnectFailure } from './reconnect/find-failure.ts';
import type { ReconnectHealth } from './verdict.ts';

/** Kinds of waves. They are one family: a restart can turn out to be a deploy, a deploy to be a crash loop. */
export type WaveKind =
  | 'deploy_wave'
  | 'restart_wave'
  | 'unexpected_restart'
  | 'crash_loop'
  | 'network_drop'
  | 'proxy_reload';

/** One instance that lost its connections. Times are epoch milliseconds, counts are weights: of sampled rows, what they stand for. */
interface InstanceRestart {
  instance: string;
  version: string | null;
  /** Its first close. */
  startedAt: number;
  /** When at least half of its connections were gone. */
  halfGoneAt: number;
  /** Its last close. */
  lastCloseAt: number;
  openBefore: number;
  closed: number;
}

/** One place in the fleet whose process ends again and again. */
export interface CrashLoop {
  instance: string;
  version: string | null;
  restarts: number;
  /** Seconds from each end to the next process's first open, in turn; shorter by one where the last has not come back. */
  pauses: number[];
}

/** What a cut through living instances looked like. Shares are 0 to 1, times seconds. */
export interface CutFacts {
  /** The lost of those that were open, at the first cut. */
  share: number;
  /** Instances that lost any, and those that had connections. */
  instancesHit: number;
  instancesUp: number;
  /** From one cut to the next like it, in turn. */
  again: number[];
  /** The age that all of the lost had reached, and how many younger ones stayed. */
  youngest: number;
  youngStayed: number;
  /** Share that said 1005. */
  noCode: number;
  /** Share that the server itself gave up on. */
  givenUp: number;
  /** From the first tenth of the closes to the last. */
  spread: number;
  /** Until a tenth of the lost were made up for by other opens than the usual; null while they are not. */
  firstBack: number | null;
}

/** Connections of a service that go together because of something other than their bytes: labelled, never a reason to suppress anything. */
export interface Wave {
  kind: WaveKind;
  service: string;
  environment: string | null;
  /** Provisional at first; confirmed when what tells its kind is known (the successors' version, a return, a third restart), or it is over. */
  confirmed: boolean;
  fromVersion: string | null;
  toVersion: string | null;
  instances: InstanceRestart[];
  startedAt: number;
  /** Event time at which the evidence sufficed: the second instance (or the only one) had lost half of its connections, or a killed one all. */
  detectedAt: number;
  /** The last close of the last instance, once no other instance has followed for a minute. */
  endedAt: number | null;
  closes: number;
  clients: number;
  /** Closes by effective code. */
  codes: ReadonlyMap<number, number>;
  /** Closes that nobody told of: inferred from a gauge, from silence and from the clients' returns. */
  inferred: number;
  /** Closes that the server began with a frame of its own: 1012, 1001 or 1000. */
  orderly: number;
  /** Seconds from the first instance's last close to the next process in its place; below 0 where that was up before, null where none has come. */
  replacedAfter: number | null;
  /** Only of a network drop and a proxy reload, else null. */
  cut: CutFacts | null;
  /** Only of a crash loop, else empty. */
  loops: CrashLoop[];
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
