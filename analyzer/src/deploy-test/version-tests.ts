import type { Alarm, AlarmSource } from '../detect/alarm.ts';
import { CHANGEABLE, FORGOTTEN_AFTER, SILENT_AFTER } from '../facts/limits.ts';
import type { ServiceBins } from '../facts/service-bins.ts';
import { VERSION_KINDS } from './arm.ts';
import type { ArmBin, ArmBins, ArmBug } from './arm-bins.ts';
import { deploysPerYear } from './deploys-per-year.ts';
import { shareOfNew } from './risk-set.ts';
import { cloneState, freshState, type TestsState } from './tests-state.ts';
import { findingOf, freshTest, takeEvent, type VersionTest } from './version-test.ts';

/** Who was there in the first minute of a service, or of an application, was there before. Bins. */
const INCUMBENT = 60;
/** A version is under test for so long. Bins. */
const TESTED_FOR = 7 * 86_400; // a week
/** Tests at once, and versions remembered, of a service; the oldest go first. */
const MOST_TESTS = 100;
const MOST_VERSIONS = 1_000;
/** Clients that a test tells apart; with so many sick it has long spoken. */
const MOST_CLIENTS = 10_000;
/** The chance of a false alarm that is spent on one version is this at most, however few versions there are. */
const MOST_ALPHA = 0.01;
/** Snapshots: every 8 bins for two minutes, where most changes fall, and every minute before. */
const FINE = { every: 8, until: 120 };
const COARSE = 60;
/** Instances that are gone are looked for at this pace. Bins. */
const SWEPT_EVERY = 600;
/** Arms' numbers are given back at this one: to find out which are left is to look through two hours of bins. */
const RELEASED_EVERY = 1_800;

/**
 * Detector B: whether a version has a larger share of the payload bugs than of what was exposed to them. It needs no baseline, and what hits all versions alike
 * cancels. Walks from bin to bin, and again from the last snapshot before a bin that changed: the outcome is a function of the bins alone.
 */
export class VersionTests implements AlarmSource {
  private readonly arms: ArmBins;
  private readonly bins: ServiceBins;
  private readonly falseAlarmsPerYear: number;
  private readonly snapshots: TestsState[] = [];
  private readonly alarms = new Map<number, Alarm[]>();
  /** Clients that each test has counted: one counts once a test. And which of them in which bin, to take them back. */
  private readonly counted = new Map<string, Set<string>>();
  private readonly countedIn = new Map<number, { test: string; client: string }[]>();
  /** The bin of each arm's first open. */
  private readonly firstOpen = new Map<number, number>();
  private releasedIn = Number.NEGATIVE_INFINITY;
  private state: TestsState | null = null;

  constructor(arms: ArmBins, bins: ServiceBins, falseAlarmsPerYear: number) {
    this.arms = arms;
    this.bins = bins;
    this.falseAlarmsPerYear = falseAlarmsPerYear;
  }

  /**
   * Evaluates through bin number `edge`. Detector A reads what fired, so this is to be called before it has taken the changes of the bins; where they
   * don't show what changed here, they are made to.
   */
  run(edge: number): void {
    if (this.bins.first === Number.POSITIVE_INFINITY) return;
    const dirtyFrom = Math.min(this.arms.dirtyFrom, this.bins.dirtyFrom);
    this.arms.dirtyFrom = Number.POSITIVE_INFINITY;
    const fired = this.firedSince(dirtyFrom);
    const state = this.rewind(dirtyFrom);
    for (; state.bin <= edge; state.bin++) {
      this.keepSnapshot(state, edge);
      this.evaluate(state);
    }
    this.bins.dirtyFrom = Math.min(this.bins.dirtyFrom, fired, this.firedSince(dirtyFrom));
    this.forget(edge);
  }

  /** The versions that fired in a bin: for the first time, or with more evidence than before. */
  alarmsIn(bin: number): readonly Alarm[] {
    return this.alarms.get(bin) ?? [];
  }

  /** The tests under way. */
  tests(): readonly VersionTest[] {
    return this.state?.tests ?? [];
  }

  /** Number of the first bin from `from` on in which anything fired; Infinity where nothing did. */
  private firedSince(from: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (const bin of this.alarms.keys()) if (bin >= from && bin < first) first = bin;
    return first;
  }

  private rewind(dirtyFrom: number): TestsState {
    const { first } = this.bins;
    if (this.state && dirtyFrom >= this.state.bin) return this.state;
    while (this.snapshots.length > 1 && this.snapshots.at(-1)!.bin > dirtyFrom) this.snapshots.pop();
    const snapshot = this.snapshots.at(-1);
    // Before any snapshot lies only the beginning of the service, where a row that came later can still be the first.
    const isUsable = snapshot && (snapshot.bin <= dirtyFrom || snapshot.bin > first + CHANGEABLE);
    if (!isUsable) this.snapshots.length = 0;
    const state = isUsable ? cloneState(snapshot) : freshState(first);
    for (let bin = state.bin; this.state && bin < this.state.bin; bin++) this.takeBack(bin);
    for (const [arm, bin] of this.firstOpen) if (bin >= state.bin) this.firstOpen.delete(arm);
    this.state = state;
    return state;
  }

  private takeBack(bin: number): void {
    this.alarms.delete(bin);
    for (const { test, client } of this.countedIn.get(bin) ?? []) this.counted.get(test)?.delete(client);
    this.countedIn.delete(bin);
  }

  private keepSnapshot(state: TestsState, edge: number): void {
    const last = this.snapshots.at(-1);
    if (last && last.bin >= state.bin) return;
    const step = edge - state.bin <= FINE.until ? FINE.every : COARSE;
    if (last && state.bin % step !== 0) return;
    const index = this.snapshots.findIndex(({ bin }) => bin % COARSE !== 0 && bin < state.bin - FINE.until);
    if (index > 0) this.snapshots.splice(index, 1);
    this.snapshots.push(cloneState(state));
  }

  private evaluate(state: TestsState): void {
    for (const [instance, { spoke }] of this.bins.bins.get(state.bin)?.steps ?? [])
      if (spoke > 0) state.heard.set(instance, state.bin);
    if (state.bin % SWEPT_EVERY === 0) this.forgetSilent(state);
    const bin = this.arms.bins.get(state.bin);
    if (!bin) return;
    this.noteVersions(state, bin);
    const bugs = [...bin.bugs.values()].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
    for (const bug of bugs) for (const test of state.tests) this.judge(state, test, bug);
    for (const [arm, step] of bin.old) {
      const count = Math.max(0, (state.old.get(arm) ?? 0) + step);
      if (count === 0) state.old.delete(arm);
      else state.old.set(arm, count);
    }
  }

  /** Begins a test of each version that opens for the first time, where others of its family were there before. */
  private noteVersions(state: TestsState, { opens }: ArmBin): void {
    const begun: VersionTest[] = [];
    for (const arm of opens.keys()) {
      if (!this.firstOpen.has(arm)) this.firstOpen.set(arm, state.bin);
      for (const kind of VERSION_KINDS) {
        const place = this.arms.placeOf(kind, arm);
        if (place.key === null || state.versions.has(place.key)) continue;
        state.versions.set(place.key, state.bin);
        if (!state.families.has(place.family)) state.families.set(place.family, state.bin);
        const isNew = state.bin - state.families.get(place.family)! >= INCUMBENT;
        if (isNew) begun.push(freshTest(kind, place, state.bin, Number.POSITIVE_INFINITY));
      }
    }
    if (begun.length === 0) return;
    state.begun.push(...begun.map(({ since }) => since));
    const perYear = deploysPerYear(state.begun, this.bins.firstSpoken, state.bin);
    const alpha = Math.min(MOST_ALPHA, this.falseAlarmsPerYear / perYear);
    for (const test of begun) test.firesAt = 1 / alpha;
    begun.sort((a, b) => (a.key < b.key ? -1 : 1));
    state.tests.push(...begun);
    this.letGo(state);
  }

  /** What is too old, or too much. */
  private letGo(state: TestsState): void {
    const current = state.tests.filter(({ since }) => since > state.bin - TESTED_FOR).slice(-MOST_TESTS);
    state.tests = current;
    state.begun = state.begun.filter(since => since > state.bin - TESTED_FOR).slice(-MOST_VERSIONS);
    for (const key of state.versions.keys()) {
      if (state.versions.size <= MOST_VERSIONS) break;
      state.versions.delete(key);
    }
  }

  private judge(state: TestsState, test: VersionTest, bug: ArmBug): void {
    const { arms } = this;
    const place = arms.placeOf(test.kind, bug.arm);
    if (place.family !== test.family || place.key === null || !this.countsFirst(state, test, bug)) return;
    const riskSet = { old: state.old, firstOpen: this.firstOpen, isHeard: (arm: number) => this.isHeard(state, arm) };
    const isNew = (arm: number) => arms.placeOf(test.kind, arm).key === test.key;
    const when = { bin: state.bin, young: bug.young, arm: bug.arm };
    const shareAmong = (compared: readonly number[]) => shareOfNew(arms, riskSet, when, { arms: compared, isNew });
    const share = shareAmong(arms.stratumOf(test.kind, bug.arm));
    if (share === 0 || share === 1) return;
    const event = { isNew: place.key === test.key, share, bin: state.bin, time: bug.time };
    const fires = takeEvent(test, { ...event, unstratifiedShare: shareAmong(arms.familyOf(test.kind, bug.arm)) });
    if (!fires) return;
    const alarm: Alarm = {
      by: 'deploy_test',
      about: test.key,
      since: test.began!.bin,
      firstAt: test.began!.time,
      evidence: test.evidence / test.firesAt,
      version: findingOf(test),
    };
    this.alarms.set(state.bin, [...this.alarmsIn(state.bin), alarm]);
  }

  /** Whether this is the client's first bug in the test; from now on it is not. */
  private countsFirst(state: TestsState, { key }: VersionTest, { client }: ArmBug): boolean {
    const clients = this.counted.get(key) ?? new Set();
    if (clients.has(client) || clients.size >= MOST_CLIENTS) return false;
    this.counted.set(key, clients.add(client));
    const inBin = this.countedIn.get(state.bin);
    if (inBin) inBin.push({ test: key, client });
    else this.countedIn.set(state.bin, [{ test: key, client }]);
    return true;
  }

  private isHeard(state: TestsState, arm: number): boolean {
    return (state.heard.get(this.arms.instanceOf(arm)) ?? Number.NEGATIVE_INFINITY) > state.bin - SILENT_AFTER;
  }

  /** Connections of instances that have been silent for three quarters of an hour are taken to be gone. */
  private forgetSilent(state: TestsState): void {
    for (const arm of state.old.keys()) {
      const heard = state.heard.get(this.arms.instanceOf(arm)) ?? Number.NEGATIVE_INFINITY;
      if (heard < state.bin - FORGOTTEN_AFTER) state.old.delete(arm);
    }
    for (const [instance, heard] of state.heard) if (heard < state.bin - FORGOTTEN_AFTER) state.heard.delete(instance);
  }

  /** Instances come and go with every deploy: their arms go when nothing knows them any more. */
  private releaseArms(edge: number): void {
    if (edge < this.releasedIn + RELEASED_EVERY) return;
    this.releasedIn = edge;
    const states = [...this.snapshots, ...(this.state ? [this.state] : [])];
    for (const arm of this.arms.release(one => states.some(({ old }) => old.has(one)))) this.firstOpen.delete(arm);
  }

  private forget(edge: number): void {
    while (this.snapshots.length > 1 && this.snapshots[1]!.bin < edge - CHANGEABLE - COARSE) this.snapshots.shift();
    for (const kept of [this.alarms, this.countedIn])
      for (const bin of kept.keys()) if (bin < edge - CHANGEABLE - 2 * COARSE) kept.delete(bin);
    this.releaseArms(edge);
    if (this.counted.size <= MOST_TESTS) return;
    // A test that is over may be under way again after a walk back to the oldest snapshot.
    const keys = new Set([this.state, this.snapshots[0]].flatMap(state => state?.tests.map(({ key }) => key) ?? []));
    for (const key of this.counted.keys()) if (!keys.has(key)) this.counted.delete(key);
  }
}
