import type { Connection } from '../connection.ts';

/** Width of a cohort's bins: what shows in a cohort alone takes longer than that to show. Milliseconds. */
export const COHORT_BIN = 10_000;
/** Values of one service that are followed apart; with their trackers some megabytes. Later ones are only counted. */
const MOST_VALUES = 10_000;
/** Combinations of values; those beyond count for the service as a whole alone. */
const MOST_PROFILES = 50_000;
/** Bins are kept as long as those of the timeline. */
const KEPT = 2 * 3_600_000; // 2 h

/** What a cohort is made of. A client is its name and version together. */
export const COHORT_DIMENSIONS = [
  'client',
  'serviceVersion',
  'region',
  'urlTemplate',
  'subprotocol',
  'payloadSignature',
] as const;

/** One value of one dimension. */
export interface CohortValue {
  /** Place in `COHORT_DIMENSIONS`; -1 for everything, which is value number 0. */
  dimension: number;
  value: string;
}

type Identity = Pick<
  Connection,
  'clientName' | 'clientVersion' | 'serviceVersion' | 'region' | 'urlTemplate' | 'subprotocol' | 'payloadSignature'
>;

/** Numbers of the values that a connection has, 0 among them. The same list for the same values: it can be compared by identity. */
export type CohortProfile = readonly number[];

/** Connections that became young or old in one bin, and their share of that bin. */
interface CohortStep {
  young: number;
  old: number;
  /** Connection-milliseconds inside this bin that the steps add. Whole numbers, so that sums don't depend on their order. */
  youngTime: number;
  oldTime: number;
}

/** One new sick client. */
export interface CohortSick {
  /** Epoch milliseconds. */
  time: number;
  young: boolean;
}

/** Ten seconds of all cohorts of one service. */
interface CohortBin {
  steps: Map<CohortProfile, CohortStep>;
  /** By number of the value, then by connection id. */
  sick: Map<number, Map<string, CohortSick>>;
}

type Branch = Map<string | null, Branch | CohortProfile>;

const EVERYTHING: CohortValue = { dimension: -1, value: '' };
const NOT_FOLLOWED: CohortProfile = [0];

/** Who was connected and who fell sick, by the values of what can carry a bug. */
export class Cohorts {
  /** By number. */
  readonly values: CohortValue[] = [EVERYTHING];
  /** By number: the time over the width. */
  readonly bins = new Map<number, CohortBin>();
  /** Number of the earliest bin that changed since it was last set back; Infinity when none did. */
  dirtyFrom = Number.POSITIVE_INFINITY;
  /** Values and combinations that were not followed, since there were too many. */
  notFollowed = 0;
  private readonly numbers = new Map<string, number>();
  private readonly profiles: Branch = new Map();
  private readonly profileByIdentity = new WeakMap<object, CohortProfile>();
  private profileCount = 0;
  private keptFrom = Number.NEGATIVE_INFINITY;

  /** The values of a connection but those of its payload. `identity` is the same object for connections that are alike in all of them. */
  profileOfIdentity(connection: Identity, identity: object | undefined): CohortProfile {
    const known = identity && this.profileByIdentity.get(identity);
    if (known) return known;
    const profile = this.profileOf(connection, false);
    if (identity) this.profileByIdentity.set(identity, profile);
    return profile;
  }

  /** The values of a connection; of its payload too, where `withPayload` is set. */
  profileOf(connection: Identity, withPayload: boolean): CohortProfile {
    const { clientName, clientVersion, serviceVersion, region, urlTemplate, subprotocol } = connection;
    const signature = withPayload ? connection.payloadSignature : null;
    let branch = this.profiles;
    for (const text of [clientName, clientVersion, serviceVersion, region, urlTemplate, subprotocol]) {
      let next = branch.get(text) as Branch | undefined;
      if (!next) {
        next = new Map();
        branch.set(text, next);
      }
      branch = next;
    }
    const known = branch.get(signature) as CohortProfile | undefined;
    if (known) return known;
    const profile = this.newProfile(connection, signature);
    branch.set(signature, profile);
    return profile;
  }

  /** Changes the number of young and old connections of a profile from a time on. */
  step(time: number, profile: CohortProfile, young: number, old: number): void {
    const bin = this.changing(time);
    if (!bin) return;
    let step = bin.steps.get(profile);
    if (!step) {
      step = { young: 0, old: 0, youngTime: 0, oldTime: 0 };
      bin.steps.set(profile, step);
    }
    const whole = Math.floor(time);
    const rest = (Math.floor(whole / COHORT_BIN) + 1) * COHORT_BIN - whole;
    step.young += young;
    step.old += old;
    step.youngTime += young * rest;
    step.oldTime += old * rest;
  }

  /** Counts a new sick client for each of its values, or takes it back. */
  countSick({ id, time, young, profile }: CohortSick & { id: string; profile: CohortProfile }, sign: number): void {
    const bin = this.changing(time);
    if (!bin) return;
    for (const value of profile) {
      let sick = bin.sick.get(value);
      if (!sick) {
        sick = new Map();
        bin.sick.set(value, sick);
      }
      if (sign > 0) sick.set(id, { time, young });
      else sick.delete(id);
    }
  }

  /** Drops what is over by `now`, epoch milliseconds. */
  forgetBefore(now: number): void {
    this.keptFrom = Math.floor((now - KEPT) / COHORT_BIN);
    for (const number of this.bins.keys()) if (number < this.keptFrom) this.bins.delete(number);
  }

  private changing(time: number): CohortBin | null {
    const number = Math.floor(time / COHORT_BIN);
    if (number < this.keptFrom) return null;
    if (number < this.dirtyFrom) this.dirtyFrom = number;
    let bin = this.bins.get(number);
    if (!bin) {
      bin = { steps: new Map(), sick: new Map() };
      this.bins.set(number, bin);
    }
    return bin;
  }

  private newProfile(connection: Identity, signature: string | null): CohortProfile {
    if (this.profileCount >= MOST_PROFILES) {
      this.notFollowed++;
      return NOT_FOLLOWED;
    }
    this.profileCount++;
    const { clientName, clientVersion, serviceVersion, region, urlTemplate, subprotocol } = connection;
    const client = clientName === null && clientVersion === null ? null : `${clientName ?? ''} ${clientVersion ?? ''}`;
    const profile = [0];
    for (const [dimension, value] of [client, serviceVersion, region, urlTemplate, subprotocol, signature].entries()) {
      const number = value === null ? null : this.numberOf(dimension, value);
      if (number !== null) profile.push(number);
    }
    return profile;
  }

  private numberOf(dimension: number, value: string): number | null {
    const key = `${dimension} ${value}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (this.values.length > MOST_VALUES) {
      this.notFollowed++;
      return null;
    }
    const number = this.values.push({ dimension, value }) - 1;
    this.numbers.set(key, number);
    return number;
  }
}
