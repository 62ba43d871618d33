import { type DeployMarker, EventBatch, type GaugeSample, type KeptBaseline } from '@closewatch/collector';
import type { DeployBand, SeriesBin, SeriesQuery, ServiceSummary } from '../analyzer.ts';
import { documentOf, usualRateFrom } from '../detect/baseline-document.ts';
import type { AnalyzedEvent } from '../facts/analyzed-event.ts';
import { Facts } from '../facts/facts.ts';
import { forget } from '../facts/forget.ts';
import { BIN, CLOCK_LAG } from '../facts/limits.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';
import type { Verdict } from '../verdict.ts';
import { isoTime } from './incident-verdict.ts';
import { isQuiet } from './is-quiet.ts';
import { seriesOf } from './series.ts';
import { summaryOf } from './service-summary.ts';
import { ServiceView } from './service-view.ts';
import { type AnalyzerSettings, type EngineSettings, engineSettings } from './settings.ts';
import { withFreeId } from './verdict-id.ts';

/** From rows to verdicts. Pure but for its memory: no clock, no randomness, no I/O. */
export interface Engine {
  /** Takes rows in the order in which they were stored. */
  ingest(rows: EventBatch | readonly AnalyzedEvent[]): void;
  /** Takes samples of the gauges of open connections, in any order; those that were taken before change nothing. */
  ingestGauges(samples: readonly GaugeSample[]): void;
  /**
   * Everything that is said now, by start: what runs, and what is over. `clock` (epoch milliseconds) moves the watermark on
   * in silence; without it the newest row is the present.
   */
  evaluate(clock?: number): Verdict[];
  /** The markers that are known now: they replace those before. */
  setMarkers(markers: readonly DeployMarker[]): void;
  /**
   * Whether the facts speak for the end of a verdict that is not among those of `evaluate`: they reach back over a quarter of
   * an hour, and a payload bug had no more closes in it than it itself expects. False where memory is too short to say.
   */
  isQuiet(verdict: Verdict): boolean;
  /** Goes on from what was usual before the first row; to be told before it. What can't be read any more is learnt anew. */
  learnFrom(baselines: readonly KeptBaseline[]): void;
  /** What is usual by now, of each service. */
  baselines(): KeptBaseline[];
  readonly watermark: number;
  /**
   * Rows that came more than 15 minutes late, rows dated more than 5 minutes ahead, connections let go early, connections left out where
   * versions are compared, closes and handshakes whose code is not counted apart, and values of cohorts that are not followed,
   * since there are too many of them.
   */
  readonly counters: {
    late: number;
    ahead: number;
    forgotten: number;
    uncompared: number;
    joined: number;
    unfollowed: number;
  };
  series(query: SeriesQuery): SeriesBin[];
  services(): ServiceSummary[];
  deploys(from: number, to: number): DeployBand[];
}

/**
 * While rows are read without a break, the detectors follow, verdicts settle and old facts are let go at this pace of event time, so that memory
 * stays bounded. A close without a connect row changes bins of a quarter of an hour: at a quicker pace these would be evaluated many times.
 */
const SETTLE_EVERY = 10 * 60_000; // 10 min

/** A service without connections and verdicts is forgotten, with its baseline, when it has been silent this long. Milliseconds. */
const SERVICE_KEPT = 30 * 86_400_000; // 30 days, two half-lives of its baseline

/** A new engine that has seen nothing. */
export function createEngine(settings: AnalyzerSettings = {}): Engine {
  return new FactsEngine(engineSettings(settings));
}

class FactsEngine implements Engine {
  private readonly facts = new Facts();
  private readonly views = new Map<ServiceFacts, ServiceView>();
  private readonly settings: EngineSettings;
  private markers: readonly DeployMarker[] = [];
  private usual: readonly KeptBaseline[] = [];
  private now = 0;
  private advancedAt = 0;
  private settledAt = 0;
  private forgotten = 0;

  constructor(settings: EngineSettings) {
    this.settings = settings;
  }

  get watermark(): number {
    return this.now;
  }

  get counters() {
    const { late, ahead } = this.facts.watermark;
    let uncompared = 0;
    let unfollowed = 0;
    let joined = 0;
    for (const { arms, codes, cohorts } of this.facts.services.values()) {
      uncompared += arms.leftOut;
      unfollowed += cohorts.notFollowed;
      joined += codes.joined;
    }
    return { late, ahead, forgotten: this.forgotten, uncompared, joined, unfollowed };
  }

  ingest(rows: EventBatch | readonly AnalyzedEvent[]): void {
    if (rows instanceof EventBatch) {
      for (let row = 0; row < rows.rows; row++) {
        this.facts.ingestRow(rows, row);
        this.keepUp();
      }
    } else {
      for (const event of rows) {
        this.facts.ingest(event);
        this.keepUp();
      }
    }
  }

  ingestGauges(samples: readonly GaugeSample[]): void {
    for (const sample of samples) this.facts.ingestGauge(sample);
  }

  evaluate(clock?: number): Verdict[] {
    this.moveTo(Math.max(this.facts.watermark.value, clock === undefined ? 0 : clock - CLOCK_LAG));
    return this.current();
  }

  setMarkers(markers: readonly DeployMarker[]): void {
    this.markers = markers;
  }

  learnFrom(baselines: readonly KeptBaseline[]): void {
    this.usual = baselines;
  }

  baselines(): KeptBaseline[] {
    const kept: KeptBaseline[] = [];
    for (const { facts, detector } of this.views.values()) {
      const usual = detector.usual();
      if (!usual) continue;
      const { service, environment } = facts;
      kept.push({ service, environment, at: usual.bin * BIN, document: documentOf(usual) });
    }
    return kept;
  }

  isQuiet(verdict: Verdict): boolean {
    const { service, environment } = verdict;
    const views = [...this.views.values()];
    const own = views.find(({ facts }) => facts.service === service && facts.environment === environment);
    const heardFrom = Math.min(...(own ? [own] : views).map(({ facts }) => facts.bins.firstSpoken * BIN));
    return isQuiet(verdict, own?.facts.bins ?? null, heardFrom, this.now);
  }

  series(query: SeriesQuery): SeriesBin[] {
    return seriesOf(this.views.values(), query);
  }

  services(): ServiceSummary[] {
    return [...this.views.values()].map(view => summaryOf(view, this.now)).filter(summary => summary !== null);
  }

  deploys(from: number, to: number): DeployBand[] {
    return [...this.views.values()].flatMap(view => {
      const { service, environment } = view.facts;
      return view
        .deploys(
          this.now,
          this.markers.filter(marker => marker.service === service),
        )
        .filter(deploy => deploy.startedAt <= to && (deploy.endedAt ?? this.now) >= from)
        .map(({ fromVersion, version, startedAt, endedAt, source }) => ({
          service,
          environment,
          fromVersion,
          version,
          startedAt: isoTime(startedAt),
          endedAt: endedAt === null ? null : isoTime(endedAt),
          source,
        }));
    });
  }

  private keepUp(): void {
    const { value } = this.facts.watermark;
    if (value - this.advancedAt >= SETTLE_EVERY) this.moveTo(value);
  }

  private moveTo(now: number): void {
    this.now = Math.max(this.now, now);
    this.advancedAt = this.now;
    this.facts.release(this.now);
    for (const service of this.facts.services.values()) {
      let view = this.views.get(service);
      if (!view) {
        view = new ServiceView(service, this.settings);
        this.teach(view);
        this.views.set(service, view);
      }
      view.advance(this.now);
    }
    if (this.now - this.settledAt < SETTLE_EVERY) return;
    this.settledAt = this.now;
    this.current();
    this.forgetSilentServices();
    this.forgotten += forget(this.facts, this.now, service => this.views.get(service)!.neededFrom());
  }

  private teach({ facts, detector }: ServiceView): void {
    const { service, environment } = facts;
    const kept = this.usual.find(one => one.service === service && one.environment === environment);
    const usual = kept && usualRateFrom(kept.document);
    if (usual && usual.bin <= facts.bins.first) detector.learnFrom(usual);
  }

  private forgetSilentServices(): void {
    for (const service of this.facts.services.values()) {
      if (service.connections.size > 0 || service.newest > this.now - SERVICE_KEPT) continue;
      if (this.views.get(service)!.verdicts(this.now, this.markers).length > 0) continue;
      this.facts.services.delete(service);
      this.views.delete(service);
    }
  }

  private current(): Verdict[] {
    const verdicts = [...this.views.values()].flatMap(view => view.verdicts(this.now, this.markers));
    const ids = new Set<string>();
    return verdicts.sort(byStart).map(verdict => {
      const one = withFreeId(verdict, ids);
      ids.add(one.id);
      return one;
    });
  }
}

function byStart(a: Verdict, b: Verdict): number {
  if (a.startedAt !== b.startedAt) return a.startedAt < b.startedAt ? -1 : 1;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return a.headline < b.headline ? -1 : 1;
}
