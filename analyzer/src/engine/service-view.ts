import type { DeployMarker } from '@closewatch/collector';
import { EXPLAINED_BINS, type IncidentState, REOPEN_BINS } from '../detect/incident-state.ts';
import { ServiceDetector } from '../detect/service-detector.ts';
import { BIN, CHANGEABLE, LATE_AFTER } from '../facts/limits.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';
import { NEVER_BACK } from '../reconnect/reconnect-health.ts';
import type { Verdict } from '../verdict.ts';
import { recogniseWaves } from '../wave/recognise-waves.ts';
import type { Wave } from '../wave.ts';
import { cohortShareOf } from './cohort-share.ts';
import { type Deploy, deploysOf, isMarkerOf } from './deploys.ts';
import { incidentFacts } from './incident-facts.ts';
import { type Explanation, explain, incidentVerdict } from './incident-verdict.ts';
import type { EngineSettings } from './settings.ts';
import { waveVerdict } from './wave-verdict.ts';
import { withReturns } from './with-returns.ts';

/** After so long nothing that may still arrive changes a wave: its clients had their five minutes, and the rows theirs. */
const WAVE_SETTLES = NEVER_BACK * 1_000 + LATE_AFTER;
/** After so long nothing changes an incident that is past: it can't reopen, and no row still comes. Bins. */
const INCIDENT_SETTLES = REOPEN_BINS + CHANGEABLE;
/** Final verdicts remembered of a service; older ones go first. The store has them all. */
const FINAL_KEPT = 10_000;
/** Settled waves remembered of a service, for what bugs are told beside; older ones go first. */
const WAVES_KEPT = 100;
/** A wave reads its instances' connections from this long before it. Milliseconds. */
const BEFORE_WAVE = 5 * 60_000;

/** An explanation, and what it rests on. */
interface KnownExplanation {
  explanation: Explanation;
  /** Epoch milliseconds up to which the facts were read. */
  until: number;
  /** Facts before that have changed since. */
  stale: boolean;
  /** No row can change them any more. */
  settled: boolean;
}

/** One service in one environment, from facts to verdicts. */
export class ServiceView {
  readonly facts: ServiceFacts;
  readonly detector: ServiceDetector;
  private readonly settings: EngineSettings;
  private waves: Wave[] = [];
  private readonly settledWaves: Wave[] = [];
  /** Verdicts that nothing changes any more, by kind and start. */
  private readonly final = new Map<string, Verdict>();
  /** By the incident's start: those that rows can still change are made anew each time. */
  private readonly explanations = new Map<number, KnownExplanation>();
  private wavesMadeAt = { revision: -1, now: -1, markers: '' };

  constructor(facts: ServiceFacts, settings: EngineSettings) {
    this.facts = facts;
    this.settings = settings;
    const { page } = settings.detect;
    this.detector = new ServiceDetector(facts.bins, settings.detect, (incident, bin) =>
      cohortShareOf(facts, incident, bin, page.minClients),
    );
  }

  /** Carries the detector through the bin that `now` (epoch milliseconds) falls into. */
  advance(now: number): void {
    this.detector.run(Math.floor(now / BIN));
  }

  /** What is said of the service at `now`, which has to be advanced to. Only the last incidents and waves. */
  verdicts(now: number, allMarkers: readonly DeployMarker[]): Verdict[] {
    const { service, environment } = this.facts;
    const changedFrom = this.facts.takeChangedFrom();
    for (const known of this.explanations.values()) known.stale ||= changedFrom <= known.until;
    const markers = allMarkers.filter(marker => isMarkerOf(marker, service, environment));
    this.makeWaves(now, markers);
    const deploys = this.deploys(now, markers);
    const waves = this.waves.map(wave => waveVerdict(wave, this.settings.waves));
    const incidents = this.detector.incidents().map(incident => this.incidentVerdict(incident, deploys, now));
    return [...this.final.values(), ...waves, ...incidents.filter(verdict => verdict !== null)];
  }

  deploys(now: number, markers: readonly DeployMarker[]): Deploy[] {
    return deploysOf([...this.settledWaves, ...this.waves], markers, now);
  }

  /** Epoch milliseconds from which on connections are still read, however long ago. */
  neededFrom(): number {
    return this.waves.reduce(
      (earliest, wave) => Math.min(earliest, wave.startedAt - BEFORE_WAVE),
      Number.POSITIVE_INFINITY,
    );
  }

  /** Null for one whose verdict is final already. */
  private incidentVerdict(incident: IncidentState, deploys: readonly Deploy[], now: number): Verdict | null {
    const key = `incident ${incident.startedAt}`;
    if (this.final.has(key)) return null;
    const explanation = this.explanation(incident, now);
    const verdict = incidentVerdict(
      this.facts,
      incident,
      explanation,
      deploys,
      this.settings.detect.falseAlarmsPerYear,
    );
    if (incident.endedIn === null || now / BIN < incident.endedIn + INCIDENT_SETTLES) return verdict;
    this.explanations.delete(incident.startedAt);
    this.keepFinal(key, verdict);
    return null;
  }

  /** What explains an incident: the bugs of its first quarter of an hour, for as long as they were above the null. */
  private explanation({ startedAt, lastBugExplained }: IncidentState, now: number): Explanation {
    const known = this.explanations.get(startedAt);
    if (known?.settled) return known.explanation;
    const until = (lastBugExplained + 1) * BIN;
    const settled = now > startedAt + EXPLAINED_BINS * BIN + LATE_AFTER;
    const isSame = known !== undefined && known.until === until && !known.stale;
    const explanation = isSame
      ? known.explanation
      : explain(incidentFacts(this.facts, startedAt, until), this.expectedSickIn(startedAt, until));
    // An incident whose start has moved leaves an explanation behind: only those that are settled are worth keeping.
    for (const [start, other] of this.explanations) if (!other.settled) this.explanations.delete(start);
    this.explanations.set(startedAt, { explanation, until, stale: false, settled });
    return explanation;
  }

  /** Sick clients that the baseline has from one time to another, epoch milliseconds. */
  private expectedSickIn(from: number, until: number): number {
    let expected = 0;
    for (let bin = Math.floor(from / BIN); bin < until / BIN; bin++)
      expected += this.detector.evaluated.get(bin)?.expectedSick ?? 0;
    return expected;
  }

  private keepFinal(key: string, verdict: Verdict): void {
    this.final.set(key, verdict);
    for (const oldest of this.final.keys()) {
      if (this.final.size <= FINAL_KEPT) return;
      this.final.delete(oldest);
    }
  }

  private makeWaves(now: number, markers: readonly DeployMarker[]): void {
    const made = { revision: this.facts.revision, now, markers: JSON.stringify(markers) };
    const isSame = made.revision === this.wavesMadeAt.revision && made.markers === this.wavesMadeAt.markers;
    if (isSame && (this.waves.length === 0 || now === this.wavesMadeAt.now)) return;
    this.wavesMadeAt = made;
    const { service, environment } = this.facts;
    const connections = withReturns([...this.facts.connections.values()].map(one => one.connection));
    connections.sort((a, b) => (a.id < b.id ? -1 : 1));
    const found = recogniseWaves(connections, { now, service, environment, markers, settings: this.settings.waves });
    const isNew = (wave: Wave) =>
      !this.settledWaves.some(old => wave.startedAt <= old.endedAt! && (wave.endedAt ?? now) >= old.startedAt);
    const current = found.filter(isNew);
    const isSettled = (wave: Wave) => wave.endedAt !== null && now > wave.endedAt + WAVE_SETTLES;
    for (const wave of current.filter(isSettled)) {
      this.settledWaves.push(wave);
      this.keepFinal(`wave ${wave.startedAt}`, waveVerdict(wave, this.settings.waves));
    }
    this.settledWaves.splice(0, Math.max(0, this.settledWaves.length - WAVES_KEPT));
    this.waves = current.filter(wave => !isSettled(wave));
  }
}
