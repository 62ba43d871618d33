import type { DeployMarker } from '@closewatch/collector';
import { VersionTests } from '../deploy-test/version-tests.ts';
import { CodeDetectors } from '../detect/code-detectors.ts';
import { CohortDetectors } from '../detect/cohort-detectors.ts';
import { ServiceDetector } from '../detect/service-detector.ts';
import { BIN } from '../facts/limits.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';
import type { Verdict } from '../verdict.ts';
import { versionArrivals } from '../wave/version-arrivals.ts';
import { cohortShareOf } from './cohort-share.ts';
import { type Deploy, deploysOf, isMarkerOf } from './deploys.ts';
import { KnownWaves } from './known-waves.ts';
import { type EngineSettings, settingsOf } from './settings.ts';
import type { ServiceMoment, VerdictSource } from './verdict-source.ts';
import { verdictSources } from './verdict-sources.ts';

/** Final verdicts remembered of a service; older ones go first. The store has them all. */
const FINAL_KEPT = 10_000;

/** One service in one environment, from facts to verdicts. */
export class ServiceView {
  readonly facts: ServiceFacts;
  readonly detector: ServiceDetector;
  private readonly versions: VersionTests;
  private readonly codes: CodeDetectors;
  private readonly waves: KnownWaves;
  private readonly sources: readonly VerdictSource[];
  /** Verdicts that nothing changes any more, by their source's key. */
  private readonly final = new Map<string, Verdict>();
  /** Number of the earliest bin that has changed since the last moment. */
  private binsChangedFrom = Number.POSITIVE_INFINITY;

  constructor(facts: ServiceFacts, settings: EngineSettings) {
    this.facts = facts;
    const { page } = settings.detect;
    this.versions = new VersionTests(facts.arms, facts.bins, settings.detect.budget.deploys);
    this.detector = new ServiceDetector(
      facts.bins,
      settings.detect,
      (incident, bin) => cohortShareOf(facts, incident, bin, page.minClients),
      [this.versions],
      new CohortDetectors(facts.cohorts, settings.detect.budget.cohorts),
    );
    this.codes = new CodeDetectors(facts.codes, this.detector, settings.detect.budget.codes);
    const own = settingsOf(settings, facts.service);
    this.waves = new KnownWaves(facts, own.waves);
    this.sources = verdictSources(own);
  }

  /** Carries the detectors through the bin that `now` (epoch milliseconds) falls into. */
  advance(now: number): void {
    const edge = Math.floor(now / BIN);
    this.versions.run(edge);
    this.binsChangedFrom = Math.min(this.binsChangedFrom, this.facts.bins.dirtyFrom);
    this.detector.run(edge);
    this.codes.run(edge);
  }

  /** What is said of the service at `now`, which has to be advanced to; of what is over, the last ones only. */
  verdicts(now: number, allMarkers: readonly DeployMarker[]): Verdict[] {
    const moment = this.momentAt(now, allMarkers);
    const current: Verdict[] = [];
    for (const source of this.sources) {
      for (const { key, verdict, isFinal } of source.say(moment)) {
        if (this.final.has(key)) continue;
        if (isFinal) this.keepFinal(key, verdict);
        else current.push(verdict);
      }
    }
    return [...this.final.values(), ...current];
  }

  deploys(now: number, markers: readonly DeployMarker[]): Deploy[] {
    return deploysOf(this.waves.all(), markers, versionArrivals(this.facts.processes), now);
  }

  /** Epoch milliseconds from which on connections are still read, however long ago. */
  neededFrom(): number {
    return this.sources.reduce(
      (earliest, source) => Math.min(earliest, source.neededFrom?.() ?? Number.POSITIVE_INFINITY),
      this.waves.neededFrom(),
    );
  }

  private momentAt(now: number, allMarkers: readonly DeployMarker[]): ServiceMoment {
    const { facts, detector, codes, waves, binsChangedFrom } = this;
    this.binsChangedFrom = Number.POSITIVE_INFINITY;
    const changedFrom = facts.takeChangedFrom();
    const markers = allMarkers.filter(marker => isMarkerOf(marker, facts.service, facts.environment));
    waves.recognise(now, markers);
    return {
      facts,
      detector,
      codes,
      now,
      markers,
      changedFrom,
      binsChangedFrom,
      waves: waves.current,
      rememberedWaves: waves.all(),
      deploys: this.deploys(now, markers),
      isFinal: key => this.final.has(key),
    };
  }

  private keepFinal(key: string, verdict: Verdict): void {
    this.final.set(key, verdict);
    for (const oldest of this.final.keys()) {
      if (this.final.size <= FINAL_KEPT) return;
      this.final.delete(oldest);
    }
  }
}
