import { COHORT_BIN } from '../facts/cohorts.ts';
import { BIN, BINS_KEPT, CHANGEABLE } from '../facts/limits.ts';
import type { Bin, BinBug, ServiceBins } from '../facts/service-bins.ts';
import type { Alarm, AlarmSource } from './alarm.ts';
import { cloneBaseline } from './baseline.ts';
import type { UsualRate } from './baseline-document.ts';
import { bugsBetween, bugsOf, closesOf } from './bin-bugs.ts';
import type { CohortAlarm, CohortDetectors } from './cohort-detectors.ts';
import { cloneState, type DetectorState, freshState } from './detector-state.ts';
import { type EvaluatedBin, trailingSum } from './evaluated-bin.ts';
import { advanceExposure } from './exposure.ts';
import {
  countBin,
  followIncident,
  type IncidentState,
  joinIncident,
  openIncident,
  QUIET_BINS,
  REDATED_FOR,
  REOPEN_BINS,
  redateIncident,
  reopenIncident,
} from './incident-state.ts';
import { notePopulation, populationOf } from './population.ts';
import { forgetChange, type RateOutcome, stepRate } from './rate-detector.ts';
import { type Change, likeliest } from './rate-mixture.ts';
import { type RateSettings, rateSettings } from './rate-settings.ts';
import type { DetectSettings } from './settings.ts';

/** Bins of the trailing count that says whether an incident still runs. */
const TRAILING = 60;
/** Cases that an incident may have been found by before further cohorts are of no interest. */
const MOST_NAMED = 10;
/** Bins of a service in one of its cohorts. */
const COHORT_BINS = COHORT_BIN / BIN;
/** Snapshots: at every bin of the cohorts for two minutes, where most changes fall, every minute for five, then every five. */
const FINE = { every: COHORT_BINS, until: 120 };
const COARSE = 60;
const MIDDLING = 300;
const OLD = 300;

/**
 * Detector A over the bins of one service: walks from bin to bin, and walks again from the last snapshot before a bin
 * that changed. The outcome is a function of the bins alone.
 */
export class ServiceDetector {
  readonly evaluated = new Map<number, EvaluatedBin>();
  /** Number of the first bin that the last run evaluated. */
  walkedFrom = Number.POSITIVE_INFINITY;
  private readonly snapshots: DetectorState[] = [];
  private readonly bins: ServiceBins;
  private readonly settings: DetectSettings;
  private readonly rateSettings: RateSettings;
  private readonly cohortShare: (incident: IncidentState, bin: number) => number;
  private readonly sources: readonly AlarmSource[];
  private readonly cohorts: CohortDetectors | null;
  private state: DetectorState | null = null;
  private usualBefore: UsualRate | null = null;

  constructor(
    bins: ServiceBins,
    settings: DetectSettings,
    cohortShare: (incident: IncidentState, bin: number) => number,
    sources: readonly AlarmSource[] = [],
    cohorts: CohortDetectors | null = null,
  ) {
    this.bins = bins;
    this.settings = settings;
    this.rateSettings = rateSettings({ falseAlarmsPerYear: settings.budget.rate });
    this.cohortShare = cohortShare;
    this.sources = sources;
    this.cohorts = cohorts;
  }

  /** Goes on from what was usual before the first bin, which lies after it; to be told before the first run. */
  learnFrom(usual: UsualRate): void {
    this.usualBefore = usual;
  }

  /** What is usual by now; null before the first bin. */
  usual(): UsualRate | null {
    if (!this.state) return null;
    const { bin, rate } = this.state;
    return { bin, age: this.ageAt(bin), baseline: rate.baseline };
  }

  /** Evaluates through bin number `edge`. Returns whether anything was evaluated. */
  run(edge: number): boolean {
    if (this.bins.first === Number.POSITIVE_INFINITY) return false;
    const from = this.rewind();
    this.bins.dirtyFrom = Number.POSITIVE_INFINITY;
    const state = from;
    this.walkedFrom = state.bin;
    if (state.bin > edge) return false;
    while (state.bin <= edge) {
      this.keepSnapshot(state, edge);
      this.evaluate(state);
      state.bin++;
    }
    this.forget(edge);
    return true;
  }

  /** The incidents so far, oldest first; those that one client alone is behind are left out. */
  incidents(): IncidentState[] {
    if (!this.state) return [];
    const { past, incident } = this.state;
    return [...past, ...(incident ? [incident] : [])].filter(one => one.detectedAt !== null);
  }

  private rewind(): DetectorState {
    const { first } = this.bins;
    const cohortsFrom = (this.cohorts?.dirtyFrom ?? Number.POSITIVE_INFINITY) * COHORT_BINS;
    const dirtyFrom = Math.min(this.bins.dirtyFrom, cohortsFrom);
    if (this.state && dirtyFrom >= this.state.bin) return this.state;
    while (this.snapshots.length > 1 && this.snapshots.at(-1)!.bin > dirtyFrom) this.snapshots.pop();
    const snapshot = this.snapshots.at(-1);
    // Before any snapshot lies only the beginning of the service, where a row that came later can still be the first.
    const usable = snapshot && (snapshot.bin <= dirtyFrom || snapshot.bin > first + CHANGEABLE);
    if (!usable) this.snapshots.length = 0;
    this.state = usable ? cloneState(snapshot) : this.begin(first);
    if (usable) this.cohorts?.rewind(Math.floor(snapshot.bin / COHORT_BINS));
    else this.cohorts?.restart(Math.floor(first / COHORT_BINS));
    return this.state;
  }

  private begin(first: number): DetectorState {
    const state = freshState(first, this.rateSettings);
    if (this.usualBefore) state.rate.baseline = cloneBaseline(this.usualBefore.baseline);
    return state;
  }

  private keepSnapshot(state: DetectorState, edge: number): void {
    const last = this.snapshots.at(-1);
    if (last && last.bin >= state.bin) return;
    const step = edge - state.bin <= FINE.until ? FINE.every : COARSE;
    if (last && state.bin % step !== 0) return;
    this.snapshots.push(cloneState(state));
    this.cohorts?.keep();
  }

  private evaluate(state: DetectorState): void {
    const bin = this.bins.bins.get(state.bin);
    const bugs = bugsOf(bin);
    const exposure = advanceExposure(state.exposure, bin, state.bin);
    const sick = { young: bin?.sickYoung ?? 0, old: bin?.sickOld ?? 0 };
    const closes = closesOf(bugs);
    const outcome = stepRate(
      state.rate,
      { bin: state.bin, age: this.ageAt(state.bin), exposure, sick, closes, firstAt: bugs[0]?.time ?? null },
      this.rateSettings,
      (from, to) => from < this.bins.firstSpoken || isAlarmed(state, from, to),
    );
    const { baseline } = state.rate;
    const one: EvaluatedBin = {
      exposure,
      open: state.exposure.young + state.exposure.old,
      sickYoung: sick.young,
      sickOld: sick.old,
      closes,
      expectedSick: outcome.expectedSick,
      expected: outcome.expected,
      mean: outcome.mean,
      meanYoung: outcome.meanYoung,
      season: outcome.season,
      learntExposure: { young: baseline.young.exposure, old: baseline.old.exposure },
    };
    this.evaluated.set(state.bin, one);
    notePopulation(state.population, state.bin, one.open);
    this.trail(state, one);
    this.judge(state, bin, bugs, outcome, this.stepCohorts(state, outcome));
  }

  /** Carries the cohorts over their bin where it ends with this one; what they say is of the service. */
  private stepCohorts(state: DetectorState, { season }: RateOutcome): readonly Alarm[] {
    if (!this.cohorts || (state.bin + 1) % COHORT_BINS !== 0) return [];
    const exposure = { young: 0, old: 0 };
    for (let number = state.bin - COHORT_BINS + 1; number <= state.bin; number++) {
      const one = this.evaluated.get(number);
      exposure.young += one?.exposure.young ?? 0;
      exposure.old += one?.exposure.old ?? 0;
    }
    const age = this.ageAt(state.bin - COHORT_BINS + 1);
    const leftOut = (from: number, to: number) => isAlarmed(state, from * COHORT_BINS, to * COHORT_BINS);
    const alarms = this.cohorts.step({ age, exposure, season, leftOut });
    const named = new Set(state.incident?.foundBy.map(({ about }) => about));
    const isNamed = ({ cohort }: CohortAlarm) => named.has(cohort) || named.size < MOST_NAMED;
    return alarms.filter(isNamed).map(({ cohort, alarm: { since, firstAt, evidence } }) => {
      const from = Math.max(since * COHORT_BINS, state.bin - BINS_KEPT);
      return { by: 'cohort', about: cohort, since: from, firstAt: firstAt ?? from * BIN, evidence, version: null };
    });
  }

  private judge(
    state: DetectorState,
    bin: Bin | undefined,
    bugs: BinBug[],
    outcome: RateOutcome,
    cohorts: readonly Alarm[],
  ): void {
    const { evidence, expected } = outcome;
    const known = state.incident;
    const heard = [...(bin?.steps.values() ?? [])].some(step => step.spoke > 0);
    if (known) countBin(known, { bugs, heard, expected });
    if (evidence >= 1) this.alarm(state, { ...likeliest(state.rate.mixture), evidence });
    for (const alarm of cohorts) this.hear(state, alarm);
    for (const source of this.sources) for (const alarm of source.alarmsIn(state.bin)) this.hear(state, alarm);
    const { incident } = state;
    if (!incident) return;
    this.redate(state, incident);
    if (incident.endedIn === null) {
      const { trailingSick, trailingMean } = state;
      const quarterHour = () => trailingSum(this.evaluated, state.bin, QUIET_BINS);
      const population = populationOf(state.population);
      const { cohortShare } = this;
      const input = {
        bin: state.bin,
        bugs,
        heard,
        expected,
        evidence,
        trailingSick,
        trailingMean,
        quarterHour,
        dispersion: outcome.dispersion,
        population,
        cohortShare,
      };
      followIncident(incident, input, this.settings);
      if (incident.endedIn !== null) forgetChange(state.rate, this.rateSettings);
    } else if (state.bin - incident.endedIn > REOPEN_BINS - QUIET_BINS) this.retire(state, incident);
  }

  /** In bins, since the first row of the service, or as long as what was usual before was known, and since then. */
  ageAt(bin: number): number {
    const { usualBefore } = this;
    if (usualBefore) return usualBefore.age + Math.max(0, bin - usualBefore.bin);
    return Math.max(0, bin - this.bins.firstSpoken);
  }

  private alarm(state: DetectorState, change: Change & { evidence: number }): void {
    const { since, firstAt, evidence } = change;
    const at = firstAt ?? state.bin * BIN;
    this.found(state, () => change, { by: 'rate', about: null, since, firstAt: at, evidence, version: null });
  }

  /** Takes an alarm of another detector: the incident is of the whole service, whoever found it. */
  private hear(state: DetectorState, alarm: Alarm): void {
    this.found(state, () => this.changeSince(alarm, state.bin), alarm);
  }

  private changeSince({ since, firstAt }: Alarm, to: number): Change {
    const bugs = bugsBetween(this.bins, since, to);
    let expected = 0;
    for (let bin = Math.max(since, to - BINS_KEPT); bin <= to; bin++)
      expected += this.evaluated.get(bin)?.expected ?? 0;
    return { since, firstAt, sick: bugs.length, closes: closesOf(bugs), expected };
  }

  private found(state: DetectorState, changeOf: () => Change, alarm: Alarm): void {
    const { incident } = state;
    if (incident === null) {
      const change = changeOf();
      state.incident = openIncident(change, alarm, state.bin, bugsBetween(this.bins, change.since, state.bin));
      return;
    }
    if (incident.endedIn !== null) reopenIncident(incident, state.bin);
    joinIncident(incident, alarm, state.bin);
  }

  private redate(state: DetectorState, incident: IncidentState): void {
    const since = state.bin - incident.alarmedIn;
    if (since === 0 || since > REDATED_FOR || incident.endedIn !== null) return;
    if (incident.foundBy[0]!.by !== 'rate') return;
    const change = likeliest(state.rate.mixture);
    if (change.firstAt === null || change.firstAt <= incident.startedAt) return;
    redateIncident(incident, change, bugsBetween(this.bins, change.since, state.bin));
  }

  private retire(state: DetectorState, incident: IncidentState): void {
    state.past = [...state.past, incident].slice(-PAST_KEPT);
    state.incident = null;
  }

  private trail(state: DetectorState, one: EvaluatedBin): void {
    const gone = this.evaluated.get(state.bin - TRAILING);
    state.trailingSick += one.sickYoung + one.sickOld - (gone ? gone.sickYoung + gone.sickOld : 0);
    // The sum of means is made anew: taking away and adding fractions would drift.
    state.trailingMean = state.trailingSick === 0 ? 0 : trailingSum(this.evaluated, state.bin, TRAILING).mean;
  }

  private forget(edge: number): void {
    while (this.snapshots.length > 1 && this.snapshots[1]!.bin < edge - CHANGEABLE - OLD) this.snapshots.shift();
    // What was fine when it was new is thinned; the first one stays, whatever its bin.
    for (let place = this.snapshots.length - 1; place > 0; place--) {
      const { bin } = this.snapshots[place]!;
      const step = edge - bin <= FINE.until ? FINE.every : edge - bin <= MIDDLING ? COARSE : OLD;
      if (bin % step !== 0) this.snapshots.splice(place, 1);
    }
    this.cohorts?.retain(new Set(this.snapshots.map(({ bin }) => Math.floor(bin / COHORT_BINS))));
    for (const number of this.evaluated.keys()) {
      if (number >= edge - BINS_KEPT) break;
      this.evaluated.delete(number);
    }
  }
}

/** Past incidents remembered; older ones have long been handed on. */
const PAST_KEPT = 50;

/** Whether any bin from number `from` to before number `to` lies in an alarm, or in the minute after it that its count still reaches. */
function isAlarmed({ incident, past }: DetectorState, from: number, to: number): boolean {
  const holds = (one: IncidentState) =>
    to > Math.floor(one.startedAt / BIN) && (one.endedIn === null || from <= one.lastAbove);
  return (incident !== null && holds(incident)) || past.some(holds);
}
