import type { CohortProfile } from '../facts/cohorts.ts';
import type { Exposure } from './exposure.ts';

/** What is kept of each value, beside each other in one array: levels, connection-milliseconds so far, when that was, its first bin. */
const YOUNG = 0;
const OLD = 1;
const YOUNG_TIME = 2;
const OLD_TIME = 3;
const SINCE = 4;
const FIRST_BIN = 5;
const FIELDS = 6;

/** Steps of a bin by profile, as the facts have them. */
export type CohortSteps = ReadonlyMap<
  CohortProfile,
  { young: number; old: number; youngTime: number; oldTime: number }
>;

/** Exposure of a value before a bin since it was first seen, and within that bin. Connection-seconds. */
export interface ValueExposure {
  before: Exposure;
  within: Exposure;
}

/**
 * Connections by cohort, carried from bin to bin. Only values whose connections come or go in a bin are touched; the others' exposure
 * grows by itself. Time runs slower where the service has fewer connections than were ever counted up: those of an instance that
 * was killed are never closed, and no longer count.
 */
export class CohortExposure {
  private values: Float64Array;
  /** Effective milliseconds before the bin under way, and within it. */
  private clock = 0;
  private lasted = 0;
  /** Of the bin under way: what steps add within it, by value. */
  private readonly within = new Map<number, { young: number; old: number; youngTime: number; oldTime: number }>();

  constructor(values = new Float64Array(FIELDS), clock = 0) {
    this.values = values;
    this.clock = clock;
  }

  /** Between two bins. */
  clone(): CohortExposure {
    return new CohortExposure(this.values.slice(), this.clock);
  }

  /**
   * Begins bin number `bin`, of some milliseconds, in which the service has that many connection-seconds. Returns the values first
   * seen in it.
   */
  begin(bin: number, steps: CohortSteps, milliseconds: number, service: Exposure): number[] {
    this.within.clear();
    for (const [profile, step] of steps) {
      for (const value of profile) {
        const sum = this.within.get(value);
        if (sum) {
          sum.young += step.young;
          sum.old += step.old;
          sum.youngTime += step.youngTime;
          sum.oldTime += step.oldTime;
        } else this.within.set(value, { ...step });
      }
    }
    const fresh: number[] = [];
    for (const value of this.within.keys()) if (this.makeRoom(value, bin)) fresh.push(value);
    const counted = this.level(0) * milliseconds + this.addedWithin(0);
    const open = (service.young + service.old) * 1_000;
    this.lasted = counted > 0 ? milliseconds * Math.min(1, open / counted) : milliseconds;
    return fresh;
  }

  /** Within the bin that has begun. */
  of(value: number): ValueExposure {
    const at = value * FIELDS;
    const { values } = this;
    const waited = this.clock - values[at + SINCE]!;
    const scale = 1 / 1_000;
    const part = this.within.get(value);
    const young = Math.max(0, values[at + YOUNG]!);
    const old = Math.max(0, values[at + OLD]!);
    return {
      before: {
        young: (values[at + YOUNG_TIME]! + young * waited) * scale,
        old: (values[at + OLD_TIME]! + old * waited) * scale,
      },
      within: {
        young: Math.max(0, young * this.lasted + (part?.youngTime ?? 0)) * scale,
        old: Math.max(0, old * this.lasted + (part?.oldTime ?? 0)) * scale,
      },
    };
  }

  /** Ends the bin that has begun. */
  end(): void {
    const { values } = this;
    for (const [value, step] of this.within) {
      const { before, within } = this.of(value);
      const at = value * FIELDS;
      values[at + YOUNG_TIME] = (before.young + within.young) * 1_000;
      values[at + OLD_TIME] = (before.old + within.old) * 1_000;
      values[at + SINCE] = this.clock + this.lasted;
      values[at + YOUNG]! += step.young;
      values[at + OLD]! += step.old;
    }
    this.clock += this.lasted;
    this.within.clear();
  }

  /** Number of the bin in which a value was first seen; null for one that never was. */
  firstBin(value: number): number | null {
    const bin = this.values[value * FIELDS + FIRST_BIN] ?? Number.NaN;
    return Number.isNaN(bin) ? null : bin;
  }

  private level(value: number): number {
    return Math.max(0, this.values[value * FIELDS + YOUNG]!) + Math.max(0, this.values[value * FIELDS + OLD]!);
  }

  private addedWithin(value: number): number {
    const part = this.within.get(value);
    return part ? part.youngTime + part.oldTime : 0;
  }

  /** Returns whether the value is seen for the first time. */
  private makeRoom(value: number, bin: number): boolean {
    if ((value + 1) * FIELDS > this.values.length) {
      const grown = new Float64Array(Math.max((value + 1) * FIELDS, this.values.length * 2)).fill(Number.NaN);
      grown.set(this.values);
      this.values = grown;
    }
    const at = value * FIELDS;
    if (value === 0 || !Number.isNaN(this.values[at + SINCE]!)) return false;
    this.values.fill(0, at, at + FIELDS);
    this.values[at + SINCE] = this.clock;
    this.values[at + FIRST_BIN] = bin;
    return true;
  }
}
