import { COHORT_BIN, COHORT_DIMENSIONS, type CohortSick, type Cohorts, type CohortValue } from '../facts/cohorts.ts';
import { CohortExposure, type CohortSteps } from './cohort-exposure.ts';
import type { Exposure } from './exposure.ts';
import { type LeftOut, type RateBin, waitRate } from './rate-detector.ts';
import { type RateSettings, rateSettings } from './rate-settings.ts';
import { cloneWatch, freshWatch, passWatch, type RateAlarm, type RateWatch, stepWatch } from './rate-watch.ts';

/** A change in one cohort alone. */
export interface CohortAlarm {
  /** Its name, such as `client app 5.2.0`. */
  cohort: string;
  /** Its bins are numbers of `COHORT_BIN`. */
  alarm: RateAlarm;
}

/** What one bin says of a cohort. */
interface CohortCount {
  bin: number;
  age: number;
  before: Exposure;
  within: Exposure;
  counted: Pick<RateBin, 'sick' | 'closes' | 'firstAt'>;
}

/** What is known of a cohort in which somebody fell sick. Never changed once a snapshot holds it. */
interface CohortState {
  /** Null in a cohort in which it was but once so far: few cohorts have more, and one alone is no alarm. */
  watch: RateWatch | null;
  once: CohortCount;
  /** Number of the bin that comes next, and the exposure before it that is taken in. */
  bin: number;
  taken: Exposure;
  /** Number of the snapshot under which it was copied last. */
  copiedFor: number;
}

/** How it was before a bin: exposure whole, cohorts only as far as they were changed since. */
interface CohortSnapshot {
  number: number;
  bin: number;
  exposure: CohortExposure;
  seen: number[];
  before: Map<number, CohortState | null>;
}

/** What the service's detector says of a bin. */
export interface CohortMoment {
  /** Seconds since the service's first row. */
  age: number;
  /** Connection-seconds of the service, and the season's factor. */
  exposure: Exposure;
  season: number;
  leftOut: LeftOut;
}

/** A cohort's alarm is one from so many sick clients on: with fewer it would not page. */
const LEAST_SICK = 3;
/** So many alarms are told of in a bin, the surest: where many cohorts are above, it is not the cohort. */
const MOST_ALARMS = 3;
/** Values that a dimension is taken to have at least. */
const LEAST_VALUES = 4;
/** What any cohort has of the service's exposure at least: of some only the closes tell who they were. */
const LEAST_SHARE = 0.001;
const SECONDS = COHORT_BIN / 1_000;
const MINUTE = 60 / SECONDS; // bins
const NO_STEPS: CohortSteps = new Map();
const NOBODY: ReadonlyMap<string, CohortSick> = new Map();

/**
 * Detector A for each cohort of one service: a change that drowns in what the service has anyway shows in its cohort alone. It
 * walks with the service's detector, and looks at a cohort only where somebody in it fell sick: in between, its exposure grows by itself
 * and its evidence follows in closed form. So what a bin costs depends on what came in it, not on how many cohorts there are.
 *
 * The budget is split evenly among the dimensions, and in each among its values so far (rounded up to a power of two): by
 * Bonferroni's inequality for e-values all of them together keep it. Wang, Ramdas, https://arxiv.org/abs/2009.02824.
 */
export class CohortDetectors {
  private readonly facts: Cohorts;
  private readonly falseAlarmsPerYear: number;
  private readonly settings = new Map<number, RateSettings>();
  private readonly snapshots: CohortSnapshot[] = [];
  private snapshotsTaken = 0;
  private first = 0;
  private bin = 0;
  private exposure = new CohortExposure();
  /** Values seen so far, by dimension. */
  private seen: number[] = COHORT_DIMENSIONS.map(() => 0);
  private readonly cohorts = new Map<number, CohortState>();
  /** Those whose alarm runs, or ended less than an hour ago. */
  private readonly hot = new Set<number>();

  /** `falseAlarmsPerYear` is that of all cohorts together. */
  constructor(facts: Cohorts, falseAlarmsPerYear: number) {
    this.facts = facts;
    this.falseAlarmsPerYear = falseAlarmsPerYear / COHORT_DIMENSIONS.length;
  }

  /** Number of the earliest bin that was taken and has changed since; Infinity where none has. */
  get dirtyFrom(): number {
    const { dirtyFrom } = this.facts;
    return dirtyFrom < this.bin ? dirtyFrom : Number.POSITIVE_INFINITY;
  }

  /** Begins anew before bin number `bin`. */
  restart(bin: number): void {
    this.snapshots.length = 0;
    this.cohorts.clear();
    this.hot.clear();
    this.first = bin;
    this.bin = bin;
    this.exposure = new CohortExposure();
    this.seen = COHORT_DIMENSIONS.map(() => 0);
    this.facts.dirtyFrom = Number.POSITIVE_INFINITY;
  }

  /** Remembers how it is, before the bin that comes next. */
  keep(): void {
    if (this.snapshots.at(-1)?.bin === this.bin) return;
    this.snapshots.push({
      number: ++this.snapshotsTaken,
      bin: this.bin,
      exposure: this.exposure.clone(),
      seen: [...this.seen],
      before: new Map(),
    });
  }

  /** Goes back to before bin number `bin`, of which it was told to remember it. */
  rewind(bin: number): void {
    this.facts.dirtyFrom = Number.POSITIVE_INFINITY;
    if (bin >= this.bin) return;
    for (let snapshot = this.snapshots.pop(); snapshot; snapshot = this.snapshots.pop()) {
      for (const [value, state] of snapshot.before) this.put(value, state);
      if (snapshot.bin > bin) continue;
      this.bin = snapshot.bin;
      this.exposure = snapshot.exposure;
      this.seen = snapshot.seen;
      this.keep();
      return;
    }
    throw new Error(`expected to remember how the cohorts were before bin ${bin}, got nothing as old as that`);
  }

  /** Lets go of what is remembered of before any other bins than these, by number. */
  retain(bins: ReadonlySet<number>): void {
    while (this.snapshots.length > 1 && !bins.has(this.snapshots[0]!.bin)) this.snapshots.shift();
    for (let place = 1; place < this.snapshots.length - 1; ) {
      const snapshot = this.snapshots[place]!;
      if (bins.has(snapshot.bin)) {
        place++;
        continue;
      }
      const { before } = this.snapshots[place - 1]!;
      for (const [value, state] of snapshot.before) if (!before.has(value)) before.set(value, state);
      this.snapshots.splice(place, 1);
    }
  }

  /** Takes the next bin. Returns the alarms that run and were above the null in it, the surest ones. */
  step(moment: CohortMoment): CohortAlarm[] {
    const bin = this.facts.bins.get(this.bin);
    for (const value of this.exposure.begin(this.bin, bin?.steps ?? NO_STEPS, COHORT_BIN, moment.exposure)) {
      this.seen[this.facts.values[value]!.dimension]!++;
    }
    // Where nobody falls sick an alarm's end is looked for once a minute.
    if (this.bin % MINUTE === MINUTE - 1)
      for (const value of this.hot) if (!bin?.sick.get(value)?.size) this.take(value, NOBODY, moment);
    for (const [value, sick] of bin?.sick ?? []) if (value > 0 && sick.size > 0) this.take(value, sick, moment);
    this.exposure.end();
    this.bin++;
    return this.hot.size === 0 ? [] : this.alarms();
  }

  private take(value: number, sick: ReadonlyMap<string, CohortSick>, moment: CohortMoment): void {
    const { before, within } = this.exposureOf(value);
    const { age, season, leftOut } = moment;
    const scaled = { young: within.young * season, old: within.old * season };
    const count: CohortCount = { bin: this.bin, age, before, within: scaled, counted: countOf(sick) };
    const taken = { young: before.young + within.young, old: before.old + within.old };
    const known = this.writable(value);
    if (!known && sick.size < LEAST_SICK) {
      this.put(value, { watch: null, once: count, bin: this.bin + 1, taken, copiedFor: this.snapshotsTaken });
      return;
    }
    const settings = this.settingsOf(this.facts.values[value]!);
    const watch = known?.watch ?? this.born(value, known?.once ?? count, settings, leftOut);
    if (known) {
      passQuiet(watch, known, count, settings, leftOut);
      stepWatch(watch, binOf(count), settings, leftOut);
    }
    this.put(value, { watch, once: known?.once ?? count, bin: this.bin + 1, taken, copiedFor: this.snapshotsTaken });
  }

  /** Of the payload's signature, that of everything: any connection could have sent it. */
  private exposureOf(value: number): { before: Exposure; within: Exposure } {
    const all = this.exposure.of(0);
    if (this.facts.values[value]!.dimension === SIGNATURE) return all;
    const own = this.exposure.of(value);
    const with_ = (one: Exposure, whole: Exposure): Exposure => ({
      young: one.young + LEAST_SHARE * whole.young,
      old: one.old + LEAST_SHARE * whole.old,
    });
    return { before: with_(own.before, all.before), within: with_(own.within, all.within) };
  }

  /** A cohort in which nobody has been sick before a bin: all its exposure until then went by quietly. */
  private born(value: number, first: CohortCount, settings: RateSettings, leftOut: LeftOut): RateWatch {
    const { before, bin } = first;
    const watch = freshWatch(settings, before);
    // A signature is never seen before its first bug, and could have come all the time.
    const bins = bin - (this.exposure.firstBin(value) ?? this.first);
    if (bins > 0) {
      const exposure = { young: before.young / bins, old: before.old / bins };
      waitRate(watch.rate, { bin: bin - bins, age: first.age, exposure, ...NOTHING }, bins, settings);
    }
    stepWatch(watch, binOf(first), settings, leftOut);
    return watch;
  }

  /** A cohort's state that no snapshot holds; null for one that has none yet. */
  private writable(value: number): CohortState | null {
    const state = this.cohorts.get(value) ?? null;
    if (state?.copiedFor === this.snapshotsTaken) return state;
    this.remember(value, state);
    return state && { ...state, watch: state.watch && cloneWatch(state.watch) };
  }

  private remember(value: number, state: CohortState | null): void {
    const before = this.snapshots.at(-1)?.before;
    if (before && !before.has(value)) before.set(value, state);
  }

  private put(value: number, state: CohortState | null): void {
    if (state) this.cohorts.set(value, state);
    else this.cohorts.delete(value);
    if (state?.watch?.alarm) this.hot.add(value);
    else this.hot.delete(value);
  }

  private alarms(): CohortAlarm[] {
    const alarms: CohortAlarm[] = [];
    for (const value of this.hot) {
      const alarm = this.cohorts.get(value)?.watch?.alarm ?? null;
      if (alarm === null || alarm.lastAbove < this.bin - 1 || alarm.sick < LEAST_SICK) continue;
      alarms.push({ cohort: nameOf(this.facts.values[value]!), alarm });
    }
    const byEvidence = (one: CohortAlarm, other: CohortAlarm) =>
      other.alarm.evidence - one.alarm.evidence || (one.cohort < other.cohort ? -1 : 1);
    return alarms.sort(byEvidence).slice(0, MOST_ALARMS);
  }

  private settingsOf({ dimension }: CohortValue): RateSettings {
    const values = 2 ** Math.ceil(Math.log2(Math.max(LEAST_VALUES, this.seen[dimension]!)));
    let settings = this.settings.get(values);
    if (!settings) {
      settings = rateSettings({
        binSeconds: SECONDS,
        falseAlarmsPerYear: this.falseAlarmsPerYear / values,
        firstHourFalseAlarms: 0,
        youngShare: 0,
        season: false,
      });
      this.settings.set(values, settings);
    }
    return settings;
  }
}

const SIGNATURE = COHORT_DIMENSIONS.indexOf('payloadSignature');
const NOTHING = { sick: { young: 0, old: 0 }, closes: 0, firstAt: null };

/** Takes the bins between the last that was taken and the one of a count. */
function passQuiet(
  watch: RateWatch,
  { bin, taken }: CohortState,
  count: CohortCount,
  settings: RateSettings,
  leftOut: LeftOut,
): void {
  const quiet = count.bin - bin;
  if (quiet === 0) return;
  const exposure = {
    young: Math.max(0, count.before.young - taken.young) / quiet,
    old: Math.max(0, count.before.old - taken.old) / quiet,
  };
  const age = Math.max(0, count.age - quiet * SECONDS);
  passWatch(watch, { bin, age, exposure, ...NOTHING }, quiet, settings, leftOut);
}

function binOf({ bin, age, within, counted }: CohortCount): RateBin {
  return { bin, age, exposure: within, ...counted };
}

function countOf(sick: ReadonlyMap<string, CohortSick>) {
  if (sick.size === 0) return NOTHING;
  let young = 0;
  let firstAt = Number.POSITIVE_INFINITY;
  for (const one of sick.values()) {
    if (one.young) young++;
    firstAt = Math.min(firstAt, one.time);
  }
  return { sick: { young, old: sick.size - young }, closes: sick.size, firstAt };
}

function nameOf({ dimension, value }: CohortValue): string {
  return `${COHORT_DIMENSIONS[dimension]} ${value}`;
}
