import type { EventBatch } from './batch/event-batch.ts';
import type { CloseEvent } from './close-event.ts';
import type { ExportQuery } from './export-query.ts';
import type { GaugeSample } from './gauge-sample.ts';
import type { KeptBaseline } from './kept-baseline.ts';
import type { Silence } from './silence.ts';
import type { StoreStatus } from './store-status.ts';
import type { BreakdownQuery, BreakdownRow, StoryQuery, WindowCounts, WindowQuery } from './window-query.ts';

/**
 * Rows of an append that an engine writes best, exactly: DuckDB makes one row group of its file of them and writes it compressed, where fewer go
 * through its log and are compressed later, at twice the cost. See docs/decisions/0010-ingest-measured.md.
 */
export const APPEND_ROWS = 20_480;

/** What one append did. Both counts are rows; their sum is what was given. */
export interface AppendOutcome {
  stored: number;
  /** Rows whose (trace id, span id) was stored already, or twice in the same append. */
  duplicates: number;
}

/** Events, or some fields of them, in the order in which they were stored. `sequence` is that of the last one, to read on from. */
export interface EventPage<Field extends keyof CloseEvent = keyof CloseEvent> {
  events: Pick<CloseEvent, Field>[];
  sequence: number;
}

/** A verdict as the store sees it: columns to find it by, and the document itself, which belongs to the analyzer. */
export interface VerdictRecord {
  id: string;
  kind: string;
  status: string;
  service: string;
  environment: string | null;
  /** Epoch milliseconds. */
  startedAt: number;
  endedAt: number | null;
  document: Record<string, unknown>;
}

/** One step in the life of a verdict, kept in order. */
export interface VerdictTransition {
  verdictId: string;
  /** `verdict.opened`, `verdict.updated`, `verdict.ended` or `verdict.withdrawn`. */
  type: string;
  /** Epoch milliseconds. */
  at: number;
  document: Record<string, unknown>;
}

/** A message in the outbox: written in the same commit as the transition that it tells of. */
export interface OutboxMessage {
  /** The `webhook-id`: the same at every attempt. An id that exists already is not queued again. */
  id: string;
  verdictId: string;
  channel: string;
  /** The body, exactly as it is sent and signed. */
  body: string;
  /** Epoch milliseconds; also the first time it is due. */
  createdAt: number;
}

/** A message whose delivery is still owed. */
export interface DueMessage extends OutboxMessage {
  attempts: number;
  dueAt: number;
}

/** What became of one attempt to deliver a message. */
export type DeliveryOutcome =
  | { state: 'delivered'; at: number; status: number }
  | { state: 'retry'; at: number; dueAt: number; problem: string }
  | { state: 'failed'; at: number; problem: string };

/** A delivery as the page shows it. */
export interface OutboxEntry extends DueMessage {
  state: 'due' | 'delivered' | 'failed';
  deliveredAt: number | null;
  problem: string | null;
}

/** Verdicts, their transitions and their messages that become durable together, or not at all. */
export interface VerdictChanges {
  verdicts: readonly VerdictRecord[];
  transitions: readonly VerdictTransition[];
  messages: readonly OutboxMessage[];
}

/** A deploy that somebody marked (`closewatch deploy start|finish`). */
export interface DeployMarker {
  id: string;
  service: string;
  environment: string | null;
  version: string;
  /** Epoch milliseconds. */
  startedAt: number;
  finishedAt: number | null;
  link: string | null;
}

/** Which verdicts to read; newest first. */
export interface VerdictQuery {
  id?: string;
  service?: string;
  environment?: string;
  kind?: string;
  status?: string;
  /** Verdicts that overlap from..to, epoch milliseconds: begun before `to`, and not ended before `from`. */
  from?: number;
  to?: number;
  /** 1,000 where it is left out. */
  limit?: number;
}

/** Which stored closes to read as examples; newest first. */
export interface CloseQuery {
  /** Epoch milliseconds; `from` belongs to it, `to` does not. */
  from: number;
  to: number;
  service?: string;
  environment?: string;
  payloadBugsOnly?: boolean;
  limit: number;
}

/**
 * The store, by intent. DuckDB is the first engine; nothing here speaks SQL, and nothing outside `collector/` sees a
 * database handle. Every promise that writes resolves after the commit is synced.
 */
export interface Store {
  appendEvents(events: EventBatch, gauges?: readonly GaugeSample[]): Promise<AppendOutcome>;
  /**
   * Events stored after `sequence` (0 for the first), at most `limit`, in stored order; with these fields only where some are named, since
   * every field of every row costs time and memory. Pages of APPEND_ROWS cost the least.
   */
  readEventsAfter<Field extends keyof CloseEvent = keyof CloseEvent>(
    sequence: number,
    limit: number,
    fields?: readonly Field[],
  ): Promise<EventPage<Field>>;
  /** Gauge samples received at `receivedFrom` (epoch milliseconds) or later, oldest first; of one instance and time the last one. */
  readGauges(receivedFrom: number, limit: number): Promise<GaugeSample[]>;
  readCloses(query: CloseQuery): Promise<CloseEvent[]>;
  /** Closes counted by bin, and by what else the query names. What it costs depends on the window, not on the history. */
  readWindow(query: WindowQuery): Promise<WindowCounts>;
  /** Closes of a cohort counted by the values of one field; the largest first. */
  readBreakdown(query: BreakdownQuery): Promise<BreakdownRow[]>;
  /** Events as the bytes of a file that other tools read; made whole before the first byte comes. */
  exportEvents(query: ExportQuery): AsyncIterable<Uint8Array>;
  /** Everything that is stored of one connection or one client, by time; the newest rows where there are more than the limit. */
  readStory(query: StoryQuery): Promise<CloseEvent[]>;

  keepVerdicts(changes: VerdictChanges): Promise<void>;
  readVerdicts(query: VerdictQuery): Promise<VerdictRecord[]>;
  readTransitions(verdictId: string): Promise<VerdictTransition[]>;

  /** Messages that are due at `now` (epoch milliseconds), oldest first. */
  readDueMessages(now: number, limit: number): Promise<DueMessage[]>;
  recordDelivery(messageId: string, outcome: DeliveryOutcome): Promise<void>;
  /** Newest first; of one verdict, or of all. */
  readOutbox(query: { verdictId?: string; limit: number }): Promise<OutboxEntry[]>;

  /** A marker whose id is known is replaced. */
  keepDeploy(marker: DeployMarker): Promise<void>;
  /** Markers that overlap from..to (epoch milliseconds), oldest first. */
  readDeploys(from: number, to: number): Promise<DeployMarker[]>;

  /** Keeps a silence; one with the same id is replaced. */
  keepSilence(silence: Silence): Promise<void>;
  /** Silences that end after `now` (epoch milliseconds), or all where it is left out; by their start. */
  readSilences(now?: number): Promise<Silence[]>;

  /** Keeps what is usual, and forgets what was before a time; one of the same service and time is replaced. Epoch milliseconds. */
  keepBaselines(baselines: readonly KeptBaseline[], forgetBefore: number): Promise<void>;
  /** Of each service and environment the last one from `until` (epoch milliseconds) or before. */
  readBaselines(until: number): Promise<KeptBaseline[]>;

  /** What is stored and what is wrong with it, without asking the disk for more than sizes. */
  status(): StoreStatus;
  close(): Promise<void>;
}
