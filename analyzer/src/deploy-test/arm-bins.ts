import { type Connection, clientKey } from '../connection.ts';
import { BIN, YOUNG_UNTIL } from '../facts/limits.ts';
import type { CountedConnection } from '../facts/merge-connection.ts';
import { type Arm, type ArmPlace, armKey, armPlace, isSameArm, VERSION_KINDS, type VersionKind } from './arm.ts';

/** One payload bug of an arm. `time` is epoch milliseconds. */
export interface ArmBug {
  id: string;
  client: string;
  arm: number;
  time: number;
  /** Of a connection that is less than 10 s old. */
  young: boolean;
}

/** What one second adds, by the number of the arm. */
export interface ArmBin {
  opens: Map<number, number>;
  /** Connections that became 10 s old, less those of that age that closed. */
  old: Map<number, number>;
  bugs: Map<string, ArmBug>;
}

/** What one connection adds: the numbers of the bins in which it opened, became 10 s old, and closed as that; null where it did not. */
interface ArmWords {
  arm: number;
  open: number | null;
  oldFrom: number | null;
  oldUntil: number | null;
  bug: ArmBug | null;
}

/** Arms told apart in one service at a time; what comes after them is left out of the comparison, and counted. */
const MOST_ARMS = 20_000; // some 5 MB

/** Where an arm stands in the comparisons of both kinds, and whose word it is. */
type KnownArm = Record<VersionKind, ArmPlace> & { key: string; instance: string };

/** The one-second bins of one service by arm: what comparing versions needs. Sums of whole numbers: the same in any order of arrival. */
export class ArmBins {
  readonly bins = new Map<number, ArmBin>();
  /** Number of the earliest bin that changed; Infinity when none did. */
  dirtyFrom = Number.POSITIVE_INFINITY;
  /** Connections left out because there were too many arms. */
  leftOut = 0;
  private readonly arms: (KnownArm | undefined)[] = [];
  private readonly numbers = new Map<string, number>();
  /** The same by what connections say alike of who they are: forgotten when numbers are given again. */
  private numberByIdentity = new WeakMap<object, number>();
  private readonly free: number[] = [];
  /** Arms by stratum, and by family: those keys are told apart by what they hold. */
  private readonly groups: Record<VersionKind, Map<string, number[]>> = {
    serviceVersion: new Map(),
    clientVersion: new Map(),
  };
  private keptFrom = Number.NEGATIVE_INFINITY;

  /** How many arms are told apart now. */
  get size(): number {
    return this.numbers.size;
  }

  /** Puts a connection in the place of what was known of it. */
  replace(before: CountedConnection | null, after: CountedConnection | null): void {
    const was = before && this.wordsOf(before, null);
    const arm = was && after && isSameArm(before!.connection, after.connection) ? was.arm : null;
    const is = after && this.wordsOf(after, arm);
    const isMoved = was?.arm !== is?.arm;
    if (isMoved || was?.open !== is?.open) this.move('opens', [was?.open, was?.arm], [is?.open, is?.arm]);
    if (isMoved || was?.oldFrom !== is?.oldFrom) this.move('old', [was?.oldFrom, was?.arm], [is?.oldFrom, is?.arm]);
    if (isMoved || was?.oldUntil !== is?.oldUntil) this.move('old', [is?.oldUntil, is?.arm], [was?.oldUntil, was?.arm]);
    if (was?.bug && !isSameBug(was.bug, is?.bug)) this.changing(was.bug.time)?.bugs.delete(was.bug.id);
    if (is?.bug && !isSameBug(is.bug, was?.bug)) this.changing(is.bug.time)?.bugs.set(is.bug.id, is.bug);
  }

  /** The arms that are compared with this one where the versions of `kind` are: itself, and the others of its stratum. */
  stratumOf(kind: VersionKind, arm: number): readonly number[] {
    return this.groups[kind].get(this.placeOf(kind, arm).stratum)!;
  }

  /** The arms whose versions follow this one's. */
  familyOf(kind: VersionKind, arm: number): readonly number[] {
    return this.groups[kind].get(this.placeOf(kind, arm).family)!;
  }

  placeOf(kind: VersionKind, arm: number): ArmPlace {
    return this.arms[arm]![kind];
  }

  instanceOf(arm: number): string {
    return this.arms[arm]!.instance;
  }

  /** Lets go of the arms that neither the bins nor `isUsed` know; their numbers, which are returned, are given again. */
  release(isUsed: (arm: number) => boolean): number[] {
    const inBins = new Set<number>();
    for (const { opens, old, bugs } of this.bins.values()) {
      for (const arm of opens.keys()) inBins.add(arm);
      for (const arm of old.keys()) inBins.add(arm);
      for (const { arm } of bugs.values()) inBins.add(arm);
    }
    const released = [...this.numbers.values()].filter(arm => !inBins.has(arm) && !isUsed(arm));
    if (released.length > 0) this.numberByIdentity = new WeakMap();
    const gone = new Set(released);
    for (const arm of released) {
      this.numbers.delete(this.arms[arm]!.key);
      this.arms[arm] = undefined;
      this.free.push(arm);
    }
    for (const groups of Object.values(this.groups)) {
      for (const [key, members] of groups) {
        const left = members.filter(arm => !gone.has(arm));
        if (left.length === 0) groups.delete(key);
        else if (left.length < members.length) groups.set(key, left);
      }
    }
    return released;
  }

  /** Drops the bins below `number`. */
  forgetBefore(number: number): void {
    if (number <= this.keptFrom) return;
    this.keptFrom = number;
    for (const key of this.bins.keys()) if (key < number) this.bins.delete(key);
  }

  /** Takes one connection from one place and puts it to another; a place is a bin's number and an arm's. */
  private move(what: 'opens' | 'old', from: Place, to: Place): void {
    this.count(what, from, -1);
    this.count(what, to, 1);
  }

  private count(what: 'opens' | 'old', [number, arm]: Place, step: 1 | -1): void {
    if (number == null || arm == null) return;
    const counts = this.changing(number * BIN)?.[what];
    if (!counts) return;
    const count = (counts.get(arm) ?? 0) + step;
    if (count === 0) counts.delete(arm);
    else counts.set(arm, count);
  }

  private changing(time: number): ArmBin | null {
    const number = Math.floor(time / BIN);
    if (number < this.keptFrom) return null;
    this.dirtyFrom = Math.min(this.dirtyFrom, number);
    let bin = this.bins.get(number);
    if (!bin) {
      bin = { opens: new Map(), old: new Map(), bugs: new Map() };
      this.bins.set(number, bin);
    }
    return bin;
  }

  private wordsOf(counted: CountedConnection, known: number | null): ArmWords | null {
    const { connection, exposedFrom, openSeen } = counted;
    const arm = known ?? this.numberOfIdentity(counted);
    if (arm === null) return null;
    const { openedAt, closedAt } = connection;
    const end = closedAt ?? Number.POSITIVE_INFINITY;
    const grownUp = exposedFrom === null ? end : Math.max(exposedFrom, openedAt! + YOUNG_UNTIL);
    const isOld = grownUp < end;
    return {
      arm,
      open: openSeen && openedAt !== null ? Math.floor(openedAt / BIN) : null,
      oldFrom: isOld ? Math.floor(grownUp / BIN) : null,
      oldUntil: isOld && closedAt !== null ? Math.floor(closedAt / BIN) : null,
      bug: bugOf(connection, arm),
    };
  }

  private numberOfIdentity({ connection, identity }: CountedConnection): number | null {
    const known = identity && this.numberByIdentity.get(identity);
    if (known !== undefined) return known;
    const number = this.numberOf(connection);
    if (identity && number !== null) this.numberByIdentity.set(identity, number);
    return number;
  }

  private numberOf(connection: Arm): number | null {
    const key = armKey(connection);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (this.numbers.size >= MOST_ARMS) {
      this.leftOut++;
      return null;
    }
    const places = {
      serviceVersion: armPlace('serviceVersion', connection),
      clientVersion: armPlace('clientVersion', connection),
    };
    const number = this.free.pop() ?? this.arms.length;
    this.arms[number] = { ...places, key, instance: connection.instance ?? '' };
    this.numbers.set(key, number);
    for (const kind of VERSION_KINDS) {
      const { stratum, family } = places[kind];
      for (const group of [stratum, family]) {
        const members = this.groups[kind].get(group);
        if (members) members.push(number);
        else this.groups[kind].set(group, [number]);
      }
    }
    return number;
  }
}

type Place = readonly [number: number | null | undefined, arm: number | undefined];

function bugOf(connection: Connection, arm: number): ArmBug | null {
  const { payloadBug, openedAt, closedAt, id } = connection;
  if (!payloadBug || closedAt === null) return null;
  const young = openedAt !== null && closedAt - openedAt < YOUNG_UNTIL;
  return { id, client: clientKey(connection), arm, time: closedAt, young };
}

function isSameBug(one: ArmBug, other: ArmBug | null | undefined): boolean {
  return (
    other != null &&
    one.id === other.id &&
    one.client === other.client &&
    one.arm === other.arm &&
    one.time === other.time &&
    one.young === other.young
  );
}
