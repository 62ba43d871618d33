import { APPEND_ROWS, type Store } from '@closewatch/collector';
import type { Logger } from 'pino';
import type { Channel } from './alert/channel.ts';
import { messagesForTransitions } from './alert/messages-for-transitions.ts';
import type { Analyzer, VerdictEvent } from './analyzer.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import type { AnalyzerSettings } from './engine/settings.ts';
import { ANALYZED_FIELDS } from './facts/analyzed-event.ts';
import { KnownVerdicts } from './known-verdicts.ts';
import { Listeners } from './listeners.ts';
import { sequenceBefore } from './sequence-before.ts';
import { Ticker } from './ticker.ts';

/** What the running analyzer is made of. */
export interface AnalyzerOptions {
  store: Store;
  settings?: AnalyzerSettings;
  /** Who is told of pages. */
  channels?: readonly Pick<Channel, 'name'>[];
  /** Epoch milliseconds. */
  clock?: () => number;
  logger?: Pick<Logger, 'error' | 'info'>;
  /** Pause between two looks at the store. Milliseconds. */
  tickMs?: number;
}

/**
 * Rows older than this at a start, or at the start of the oldest verdict that is not over, are not read again: what was usual
 * before is kept, and what was so before a bug, or it would be learnt as usual. Milliseconds.
 */
const REBUILT_FROM = 24 * 3_600_000; // 24 h
/** Samples read at once. */
const GAUGE_PAGE = 10_000;
/** What is usual is kept this often, and for so long: longer than a verdict that is not over lets a start reach back. Milliseconds. */
const BASELINES_KEPT_EVERY = 3 * 3_600_000; // 3 h
const BASELINES_KEPT_FOR = 8 * 86_400_000; // 8 days
/** A start goes on from what was usual this long before the rows that it reads: some of them are from before their receipt. */
const BASELINE_BEFORE = 30 * 60_000; // 30 min
/** A verdict that only counts on is stored this often; what is news, at once. Milliseconds. */
const COUNTS_STORED_EVERY = 2_000;

/**
 * The analyzer over a store: reads the last 24 hours of rows at its start (and where a verdict is not over, those since 24
 * hours before it), then follows what is appended. Verdicts, transitions and messages become durable in one commit, and
 * listeners hear of them after it.
 */
export function createAnalyzer(options: AnalyzerOptions): Analyzer {
  return new LiveAnalyzer(options);
}

class LiveAnalyzer implements Analyzer {
  private readonly store: Store;
  private readonly engine: Engine;
  private readonly channels: readonly Pick<Channel, 'name'>[];
  private readonly clock: () => number;
  private readonly ticker: Ticker;
  private readonly verdictListeners: Listeners<VerdictEvent>;
  private readonly tickListeners: Listeners<number>;
  private readonly known = new KnownVerdicts();
  private started = false;
  private sequence = 0;
  /** Receipt of the last sample that was read, epoch milliseconds. */
  private gaugesFrom = 0;
  private countsStoredAt = 0;
  private baselinesKeptAt = Number.NEGATIVE_INFINITY;

  constructor({ store, settings, channels = [], clock = Date.now, logger, tickMs = 500 }: AnalyzerOptions) {
    this.store = store;
    this.engine = createEngine(settings);
    this.channels = channels;
    this.clock = clock;
    this.ticker = new Ticker(tickMs, logger);
    const failed = (error: unknown) => logger?.error({ err: error }, 'a listener of the analyzer failed');
    this.verdictListeners = new Listeners(failed);
    this.tickListeners = new Listeners(failed);
  }

  get watermark(): number {
    return this.engine.watermark;
  }

  async start(): Promise<void> {
    const now = this.clock();
    for (const query of [{ from: now - REBUILT_FROM }, { status: 'open' }, { status: 'provisional' }])
      this.known.load(await this.store.readVerdicts({ ...query, limit: 10_000 }));
    this.sequence = await sequenceBefore(this.store, this.neededFrom(now));
    this.gaugesFrom = this.neededFrom(now);
    await this.readMarkers(now);
    this.engine.learnFrom(await this.store.readBaselines(this.neededFrom(now) - BASELINE_BEFORE));
    await this.read();
    await this.tell();
    this.started = true;
    this.ticker.start(() => this.tick());
  }

  async stop(): Promise<void> {
    await this.ticker.stop();
    if (this.started) await this.caughtUp();
  }

  caughtUp(): Promise<void> {
    return this.ticker.run(() => {
      this.countsStoredAt = 0;
      return this.tick();
    });
  }

  series: Analyzer['series'] = query => this.engine.series(query);
  services: Analyzer['services'] = () => this.engine.services();
  deploys: Analyzer['deploys'] = (from, to) => this.engine.deploys(from, to);
  onVerdict: Analyzer['onVerdict'] = listener => this.verdictListeners.add(listener);
  onTick: Analyzer['onTick'] = listener => this.tickListeners.add(listener);

  private async tick(): Promise<void> {
    const before = Math.floor(this.engine.watermark / 1_000);
    const rows = await this.read();
    await this.tell();
    await this.keepBaselines();
    const moved = Math.floor(this.engine.watermark / 1_000) > before;
    if (rows > 0 || moved) this.tickListeners.call(this.engine.watermark);
  }

  /** Reads to the end of the store. Returns how many rows there were. */
  private async read(): Promise<number> {
    // Before the rows: these move the watermark, behind which samples are late.
    await this.readGauges();
    for (let rows = 0; ; ) {
      const page = await this.store.readEventsAfter(this.sequence, APPEND_ROWS, ANALYZED_FIELDS);
      this.engine.ingest(page.events);
      this.sequence = page.sequence;
      rows += page.events.length;
      if (page.events.length < APPEND_ROWS) return rows;
    }
  }

  /** Reads the samples of gauges that were received since the last time; those of that very moment again, as more may have come in it. */
  private async readGauges(): Promise<void> {
    for (let limit = GAUGE_PAGE; ; ) {
      const samples = await this.store.readGauges(this.gaugesFrom, limit);
      this.engine.ingestGauges(samples);
      const last = samples.at(-1)?.receivedAt ?? this.gaugesFrom;
      if (samples.length < limit) {
        this.gaugesFrom = last;
        return;
      }
      // A page that is full of one moment is read again, twice as large.
      if (last === this.gaugesFrom) limit *= 2;
      this.gaugesFrom = last;
    }
  }

  /** Evaluates, stores what changed, and tells the listeners what is news. Nothing is known before it is stored. */
  private async tell(): Promise<void> {
    const now = this.clock();
    await this.readMarkers(now);
    const verdicts = this.engine.evaluate(this.sequence > 0 ? now : undefined);
    const { changed, events } = this.known.compare(verdicts, this.engine.watermark, verdict =>
      this.engine.isQuiet(verdict),
    );
    if (changed.length === 0 || (events.length === 0 && Math.abs(now - this.countsStoredAt) < COUNTS_STORED_EVERY))
      return;
    await this.countTold(events);
    const messages = messagesForTransitions(events, this.channels, this.known.verdicts, this.known.told);
    await this.store.keepVerdicts({ ...this.known.recordsOf(changed, events), messages });
    this.countsStoredAt = now;
    this.known.keep(changed, events, this.engine.watermark);
    for (const event of events) this.verdictListeners.call(event);
  }

  private async keepBaselines(): Promise<void> {
    const now = this.clock();
    if (now - this.baselinesKeptAt < BASELINES_KEPT_EVERY) return;
    // Of each three hours the last one: a process that starts again and again keeps no more than one that runs.
    const rounded = (at: number) => Math.ceil(at / BASELINES_KEPT_EVERY) * BASELINES_KEPT_EVERY;
    const baselines = this.engine.baselines().map(one => ({ ...one, at: rounded(one.at) }));
    await this.store.keepBaselines(baselines, now - BASELINES_KEPT_FOR);
    this.baselinesKeptAt = now;
  }

  /** What is not over is told with the history and the deploys of the day before it. */
  private neededFrom(now: number): number {
    return Math.min(now, this.known.openSince()) - REBUILT_FROM;
  }

  private async readMarkers(now: number): Promise<void> {
    this.engine.setMarkers(await this.store.readDeploys(this.neededFrom(now), now + REBUILT_FROM));
  }

  /** Before the commit: should it fail after all was written, the same transition has to keep its number. */
  private async countTold(events: readonly VerdictEvent[]): Promise<void> {
    const { told } = this.known;
    for (const { id } of events.map(event => event.data))
      if (!told.has(id)) told.set(id, (await this.store.readTransitions(id)).length);
  }
}
