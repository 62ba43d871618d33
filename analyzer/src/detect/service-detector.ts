import { BIN, BINS_KEPT, CHANGEABLE } from '../facts/limits.ts';
import type { Bin, ServiceBins } from '../facts/service-bins.ts';
import { closesPerClient, dispersion, expectedSick, learn, nullMean, nullMeanYoung, refreshNull } from './baseline.ts';
import { bugsBetween, bugsOf, closesOf } from './bin-bugs.ts';
import { cloneState, type DetectorState, freshState } from './detector-state.ts';
import { type EvaluatedBin, trailingSum } from './evaluated-bin.ts';
import { advanceExposure } from './exposure.ts';
import {
  countBin,
  followIncident,
  type IncidentState,
  openIncident,
  QUIET_BINS,
  REDATED_FOR,
  REOPEN_BINS,
  redateIncident,
  reopenIncident,
} from './incident-state.ts';
import { freshMixture, likeliest, updateMixture } from './mixture.ts';
import { notePopulation, populationOf } from './population.ts';
import type { DetectSettings } from './settings.ts';

/** Learning lags by this many bins, so that a slow change is not learnt before it is found. */
const LEARNING_LAG = 900;
/** A young service learns sooner: it lags by a quarter of its age. */
const LEARNING_LAG_SHARE = 1 / 4;
/** Bins of the trailing count that says whether an incident still runs. */
const TRAILING = 60;
/** The null's quantiles are made anew at least this often, in bins; a service younger than that, at every bin. */
const NULL_KEPT = 60;
/** Snapshots: every 8 bins for two minutes, where most changes fall, then every minute. */
const FINE = { every: 8, until: 120 };
const COARSE = 60;

/**
 * Detector A over the bins of one service: walks from bin to bin, and walks again from the last snapshot before a bin
 * that changed. The outcome is a function of the bins alone.
 */
export class ServiceDetector {
  readonly evaluated = new Map<number, EvaluatedBin>();
  private readonly snapshots: DetectorState[] = [];
  private readonly bins: ServiceBins;
  private readonly settings: DetectSettings;
  private readonly cohortShare: (incident: IncidentState, bin: number) => number;
  private state: DetectorState | null = null;

  constructor(
    bins: ServiceBins,
    settings: DetectSettings,
    cohortShare: (incident: IncidentState, bin: number) => number,
  ) {
    this.bins = bins;
    this.settings = settings;
    this.cohortShare = cohortShare;
  }

  /** Evaluates through bin number `edge`. Returns whether anything was evaluated. */
  run(edge: number): boolean {
    if (this.bins.first === Number.POSITIVE_INFINITY) return false;
    const from = this.rewind();
    this.bins.dirtyFrom = Number.POSITIVE_INFINITY;
    const state = from;
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
    const { dirtyFrom, first } = this.bins;
    if (this.state && dirtyFrom >= this.state.bin) return this.state;
    while (this.snapshots.length > 1 && this.snapshots.at(-1)!.bin > dirtyFrom) this.snapshots.pop();
    const snapshot = this.snapshots.at(-1);
    // Before any snapshot lies only the beginning of the service, where a row that came later can still be the first.
    const usable = snapshot && (snapshot.bin <= dirtyFrom || snapshot.bin > first + CHANGEABLE);
    if (!usable) this.snapshots.length = 0;
    this.state = usable ? cloneState(snapshot) : freshState(first);
    return this.state;
  }

  private keepSnapshot(state: DetectorState, edge: number): void {
    const last = this.snapshots.at(-1);
    if (last && last.bin >= state.bin) return;
    const step = edge - state.bin <= FINE.until ? FINE.every : COARSE;
    if (!last || state.bin % step === 0) this.snapshots.push(cloneState(state));
  }

  private evaluate(state: DetectorState): void {
    const bin = this.bins.bins.get(state.bin);
    const { baseline } = state;
    const exposure = advanceExposure(state.exposure, bin, state.bin);
    this.study(state);
    const sick = expectedSick(baseline, exposure);
    const one: EvaluatedBin = {
      exposure,
      open: state.exposure.young + state.exposure.old,
      sickYoung: bin?.sickYoung ?? 0,
      sickOld: bin?.sickOld ?? 0,
      closes: closesOf(bin?.bugs.values() ?? []),
      expectedSick: sick,
      expected: sick * closesPerClient(baseline),
      mean: nullMean(baseline, exposure),
      meanYoung: nullMeanYoung(baseline, exposure),
    };
    this.evaluated.set(state.bin, one);
    notePopulation(state.population, state.bin, one.open);
    this.trail(state, one);
    this.judge(state, bin, one);
  }

  private judge(state: DetectorState, bin: Bin | undefined, one: EvaluatedBin): void {
    const bugs = bugsOf(bin);
    const phi = dispersion(state.baseline);
    const evidence = updateMixture(
      state.mixture,
      {
        bin: state.bin,
        age: this.ageAt(state.bin),
        sick: { all: one.sickYoung + one.sickOld, young: one.sickYoung },
        mean: { all: one.mean, young: one.meanYoung },
        dispersion: phi,
        firstBugAt: bugs[0]?.time ?? null,
        closes: one.closes,
        expected: one.expected,
      },
      this.settings.falseAlarmsPerYear,
    );
    const known = state.incident;
    const heard = [...(bin?.steps.values() ?? [])].some(step => step.spoke > 0);
    if (known) countBin(known, { bugs, heard, expected: one.expected });
    if (evidence >= 1) this.alarm(state);
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
        expected: one.expected,
        evidence,
        trailingSick,
        trailingMean,
        quarterHour,
        dispersion: phi,
        population,
        cohortShare,
      };
      followIncident(incident, input, this.settings);
      if (incident.endedIn !== null) state.mixture = freshMixture(state.bin + 1);
    } else if (state.bin - incident.endedIn > REOPEN_BINS - QUIET_BINS) this.retire(state, incident);
  }

  /** In bins, since the first row of the service. */
  private ageAt(bin: number): number {
    return Math.max(0, bin - this.bins.firstSpoken);
  }

  private alarm(state: DetectorState): void {
    const { incident } = state;
    if (incident) {
      if (incident.endedIn !== null) reopenIncident(incident, state.bin);
      return;
    }
    const change = likeliest(state.mixture);
    state.incident = openIncident(change, state.bin, bugsBetween(this.bins, change.since, state.bin));
  }

  private redate(state: DetectorState, incident: IncidentState): void {
    const since = state.bin - incident.alarmedIn;
    if (since === 0 || since > REDATED_FOR || incident.endedIn !== null) return;
    const change = likeliest(state.mixture);
    if (change.firstBugAt === null || change.firstBugAt <= incident.startedAt) return;
    redateIncident(incident, change, bugsBetween(this.bins, change.since, state.bin));
  }

  private retire(state: DetectorState, incident: IncidentState): void {
    state.past = [...state.past, incident].slice(-PAST_KEPT);
    state.incident = null;
  }

  /** Takes in the bins that lie far enough back, except those of an alarm. */
  private study(state: DetectorState): void {
    const { baseline } = state;
    const age = this.ageAt(state.bin);
    const lag = Math.min(LEARNING_LAG, Math.ceil(age * LEARNING_LAG_SHARE));
    const sickBefore = baseline.young.sick + baseline.old.sick;
    let sick = false;
    for (; state.learntTo < state.bin - lag; state.learntTo++) {
      const lesson = this.evaluated.get(state.learntTo);
      if (!lesson || state.learntTo < this.bins.firstSpoken || isAlarmed(state, state.learntTo)) continue;
      sick ||= lesson.sickYoung + lesson.sickOld > 0;
      learn(baseline, lesson);
    }
    if (sick || sickBefore === 0 || age < NULL_KEPT || state.bin % NULL_KEPT === 0) refreshNull(baseline, age);
  }

  private trail(state: DetectorState, one: EvaluatedBin): void {
    const gone = this.evaluated.get(state.bin - TRAILING);
    state.trailingSick += one.sickYoung + one.sickOld - (gone ? gone.sickYoung + gone.sickOld : 0);
    // The sum of means is made anew: taking away and adding fractions would drift.
    state.trailingMean = state.trailingSick === 0 ? 0 : trailingSum(this.evaluated, state.bin, TRAILING).mean;
  }

  private forget(edge: number): void {
    while (this.snapshots.length > 1 && this.snapshots[1]!.bin < edge - CHANGEABLE - COARSE) this.snapshots.shift();
    for (const number of this.evaluated.keys()) {
      if (number >= edge - BINS_KEPT) break;
      this.evaluated.delete(number);
    }
  }
}

/** Past incidents remembered; older ones have long been handed on. */
const PAST_KEPT = 50;

/** Whether a bin lies in an alarm, or in the minute after it that its count still reaches. */
function isAlarmed({ incident, past }: DetectorState, number: number): boolean {
  const holds = (one: IncidentState) =>
    number >= Math.floor(one.startedAt / BIN) && (one.endedIn === null || number <= one.lastAbove);
  return (incident !== null && holds(incident)) || past.some(holds);
}
