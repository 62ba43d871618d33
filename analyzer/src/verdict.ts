/** Every kind of verdict of the contract. */
export type VerdictKind =
  | 'payload_bug'
  | 'deploy_wave'
  | 'restart_wave'
  | 'unexpected_restart'
  | 'crash_loop'
  | 'network_drop'
  | 'proxy_reload'
  | 'idle_timeout'
  | 'close_spike'
  | 'reconnect_failure';

export type VerdictStatus = 'provisional' | 'open' | 'ended' | 'withdrawn';
export type Severity = 'page' | 'notice' | 'info';

/** One attribute value of a cohort, by its name on the wire. */
export interface CohortTerm {
  attribute: string;
  value: string;
}

/** What was sent, who sent it, and where it went wrong. Never the bytes. */
export interface VerdictPayload {
  defect: string;
  signature: string;
  /** The most frequent index of the first invalid byte. */
  offset: number | null;
  sender: 'client' | 'server' | 'unknown';
}

/** How a verdict stands to a deploy of its service. */
export interface VerdictDeploy {
  version: string;
  relation: 'began_inside' | 'began_after' | 'none';
  secondsAfterStart: number;
  rollback?: 'would_help' | 'would_not_help' | 'unknown';
}

/** How the clients of a wave came back. Seconds and shares (0 to 1). */
export interface ReconnectHealth {
  p50: number | null;
  p95: number | null;
  /**
   * Share of all clients that are back so far inside the expected window (1 to 5 s by default), before it and after it.
   * Their sum is the share that is back; the rest are still out. Counted until five minutes after the wave's last close.
   */
  withinWindow: number;
  early: number;
  late: number;
  /** Share of the clients that have had five minutes and were not back in them; 0 before anybody has had them. */
  neverBack: number;
  peakPerSecond: number;
  /** What follows is missing in verdicts that an earlier version stored. */
  p99?: number | null;
  /** Kaplan-Meier's share that is back so long after its close. */
  backIn5s?: number;
  backIn30s?: number;
  backIn60s?: number;
  /** `peakPerSecond` over the median opens a second of the hour before, that taken as 1 at least; null where the hour is not known. */
  peakOverUsual?: number | null;
  /** Returns in the busiest second over what an even spread over the expected window would bring; 1 is even. Null without a return. */
  herdIndex?: number | null;
  /** Autocorrelation of the returns at 1, 2 and 4 s, -1 to 1, about 0 where clients wait times of their own; null below 20 returns. */
  lockstep?: { at1s: number; at2s: number; at4s: number } | null;
  /** `aggregate`: without stable client ids opens are set against closes, first out first in; percentiles are approximate then. */
  basis?: 'clients' | 'aggregate';
}

/** The wave that a verdict follows from. */
export interface VerdictWave {
  kind: VerdictKind;
  startedAt: string;
  version: string | null;
}

/**
 * What Closewatch says: the one object that replay prints, the API returns and webhooks carry.
 * Times are RFC 3339 in UTC with milliseconds. Fields that a kind does not have are left out.
 */
export interface Verdict {
  /** Given at opening, never changed; the same input replayed gives the same ids. */
  id: string;
  kind: VerdictKind;
  status: VerdictStatus;
  severity: Severity;
  service: string;
  environment: string | null;
  /** Best estimate of when the change happened. */
  startedAt: string;
  /** Event time at which the evidence sufficed. */
  detectedAt: string;
  /** Of a withdrawn verdict, when it was withdrawn. */
  endedAt: string | null;
  /** Posterior probability of the kind. */
  confidence: number;
  /** Of a close_spike: the close code, or else the HTTP status that handshakes fail with, null where there is no answer. */
  code?: number;
  httpStatus?: number | null;
  /** Of an idle_timeout: the age at which connections end, in seconds. */
  timeoutSeconds?: number;
  /** Counted from `startedAt` to `endedAt` or now. */
  closes: number;
  clients: number;
  expected?: number;
  /** `closes` over `expected`. */
  ratio?: number;
  /** The smallest set of attribute values that explains the excess. */
  cohort?: CohortTerm[];
  /** Sets that the data can't tell from it. */
  alsoPossible?: CohortTerm[][];
  payload?: VerdictPayload;
  deploy?: VerdictDeploy;
  reconnect?: ReconnectHealth;
  wave?: VerdictWave;
  headline: string;
  mend: string;
  evidence: string[];
  dismissed: string[];
}
