import type { Verdict } from './verdict.ts';

/** One bin of the timeline of one service. */
export interface SeriesBin {
  /** Start of the bin, RFC 3339. */
  time: string;
  /** Closes by effective code; payload bugs are in here too, under their code. */
  closes: Record<string, number>;
  /** All payload bugs, 1007 and equivalents. */
  payloadBugs: number;
  /** Those of them that closed under another code (1002 with "Invalid UTF-8"). */
  payloadEquivalents: number;
  /** Payload bugs that the baseline would have here. */
  expected: number;
  opens: number;
  /** Open connections at the end of the bin. */
  open: number;
}

/** Which part of the timeline to read. Times are epoch milliseconds; `binSeconds` a whole number. */
export interface SeriesQuery {
  from: number;
  to: number;
  binSeconds: number;
  service?: string;
  environment?: string;
}

/** A deploy as the page draws it: marked, or inferred from the versions of the instances that came and went. */
export interface DeployBand {
  service: string;
  environment: string | null;
  fromVersion: string | null;
  version: string;
  startedAt: string;
  endedAt: string | null;
  source: 'marker' | 'inferred';
}

/** One service as the overview's table shows it. */
export interface ServiceSummary {
  service: string;
  environment: string | null;
  version: string | null;
  previousVersion: string | null;
  open: number;
  closesPerMinute: number;
  payloadBugsPerHour: number;
  expectedPayloadBugsPerHour: number;
  /** Newest event, RFC 3339. */
  lastEventAt: string;
}

export type VerdictEventType = 'verdict.opened' | 'verdict.updated' | 'verdict.ended' | 'verdict.withdrawn';

/** What the stream and the webhooks carry. */
export interface VerdictEvent {
  type: VerdictEventType;
  timestamp: string;
  data: Verdict;
}

/** The running analyzer, as the dashboard sees it. */
export interface Analyzer {
  /** Reads what the store holds, then follows it. */
  start(): Promise<void>;
  /** Ends after the tick under way; nothing is delivered after it resolves. */
  stop(): Promise<void>;
  /** Resolves when every row that the store has at the call is evaluated, and what is said of it is durable. */
  caughtUp(): Promise<void>;
  /** Event time up to which everything is evaluated, epoch milliseconds; 0 before the first event. */
  readonly watermark: number;
  /** At most two hours back; older bins are not kept in memory. */
  series(query: SeriesQuery): SeriesBin[];
  services(): ServiceSummary[];
  deploys(from: number, to: number): DeployBand[];
  /** Every verdict event, after it is durable. Returns the unsubscribe function. */
  onVerdict(listener: (event: VerdictEvent) => void): () => void;
  /** After each tick that changed bins: what `series.delta` on the stream is made from. */
  onTick(listener: (watermark: number) => void): () => void;
}
