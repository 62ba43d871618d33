import type {
  Analyzer,
  DeployBand,
  SeriesBin,
  SeriesQuery,
  ServiceSummary,
  Verdict,
  VerdictEvent,
} from '@closewatch/analyzer';
import type { CloseEvent, CloseQuery, OutboxEntry, Store, VerdictQuery, VerdictRecord } from '@closewatch/collector';

/**
 * A double of the store and the analyzer, in memory: it gives the contract tests of the API data of which every field is
 * known. The browser test runs on the real ones.
 */
export class InMemoryParts {
  verdicts: Verdict[] = [];
  outbox: OutboxEntry[] = [];
  events: CloseEvent[] = [];
  bins: SeriesBin[] = [];
  bands: DeployBand[] = [];
  summaries: ServiceSummary[] = [];
  watermark = 0;
  readonly seriesQueries: SeriesQuery[] = [];
  readonly #verdictListeners = new Set<(event: VerdictEvent) => void>();
  readonly #tickListeners = new Set<(watermark: number) => void>();

  get listeners(): number {
    return this.#verdictListeners.size + this.#tickListeners.size;
  }

  tell(event: VerdictEvent): void {
    for (const listener of this.#verdictListeners) listener(event);
  }

  tick(): void {
    for (const listener of this.#tickListeners) listener(this.watermark);
  }

  get analyzer(): Analyzer {
    const parts = this;
    return {
      start: async () => {},
      stop: async () => {},
      caughtUp: async () => {},
      get watermark() {
        return parts.watermark;
      },
      series(query) {
        parts.seriesQueries.push(query);
        return parts.bins.filter(bin => Date.parse(bin.time) >= query.from && Date.parse(bin.time) < query.to);
      },
      services: () => parts.summaries,
      deploys: () => parts.bands,
      onVerdict: listener => subscribe(parts.#verdictListeners, listener),
      onTick: listener => subscribe(parts.#tickListeners, listener),
    };
  }

  get store(): Store {
    const reading = {
      readVerdicts: async (query: VerdictQuery) => this.#readVerdicts(query),
      readOutbox: async ({ verdictId, limit }: { verdictId?: string; limit: number }) =>
        this.outbox.filter(entry => verdictId === undefined || entry.verdictId === verdictId).slice(0, limit),
      readCloses: async (query: CloseQuery) =>
        this.events.filter(event => event.time >= query.from && event.time <= query.to).slice(0, query.limit),
      readEventsAfter: async (sequence: number, limit: number) => ({
        events: this.events.slice(sequence, sequence + limit),
        sequence: Math.min(sequence + limit, this.events.length),
      }),
    };
    return reading as unknown as Store; // The API never writes.
  }

  #readVerdicts(query: VerdictQuery): VerdictRecord[] {
    return this.verdicts
      .map(recordFromVerdict)
      .filter(record => query.id === undefined || record.id === query.id)
      .filter(record => query.service === undefined || record.service === query.service)
      .filter(record => query.kind === undefined || record.kind === query.kind)
      .filter(record => query.status === undefined || record.status === query.status)
      .filter(record => query.to === undefined || record.startedAt < query.to)
      .filter(record => query.from === undefined || record.endedAt === null || record.endedAt >= query.from)
      .sort((a, b) => b.startedAt - a.startedAt)
      .slice(0, query.limit ?? 100);
  }
}

function recordFromVerdict(verdict: Verdict): VerdictRecord {
  const { id, kind, status, service, environment } = verdict;
  const endedAt = verdict.endedAt === null ? null : Date.parse(verdict.endedAt);
  const document = verdict as unknown as Record<string, unknown>;
  return { id, kind, status, service, environment, startedAt: Date.parse(verdict.startedAt), endedAt, document };
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
