import type { Connection } from '../connection.ts';
import type { CountedConnection } from '../facts/merge-connection.ts';
import { TimeOrdered } from './time-ordered.ts';

/** A connection that has closed, with what counting needs. */
export type ClosedConnection = CountedConnection & { connection: Connection & { closedAt: number } };

/** Of two closes at one moment, which one is put first. */
export function isBefore(one: ClosedConnection, other: ClosedConnection): boolean {
  return one.connection.id < other.connection.id;
}

/** Records are made anew where they are needed: the same connection is the same id. */
export function isSame(one: ClosedConnection, other: ClosedConnection): boolean {
  return one.connection.id === other.connection.id;
}

/** Stands for the id of a server that does not say which instance it is: its version then is all that tells it apart. */
const NO_INSTANCE = '(no instance id)';

/**
 * What one instance id with one version has done: its opens and its closes in order of time, and how many are open. Kept
 * up to date by single changes; a change costs the same however long the log is. Times are epoch milliseconds, counts are weights.
 */
export class ProcessLog {
  readonly key: string | null;
  readonly instance: string;
  readonly version: string | null;
  /** The weights of the opens. Where a close stands for more than one and its open was never seen, it has none here: sampled apart, both rows stand for all. */
  readonly opens = new TimeOrdered<number>(() => false);
  readonly closes = new TimeOrdered<ClosedConnection>(isBefore, isSame);
  /** Earliest time about which anything has changed; Infinity when nothing has. See `takeChangedFrom`. */
  private changedFrom = Number.POSITIVE_INFINITY;
  /** The first open that was let go. */
  private firstForgotten = Number.POSITIVE_INFINITY;
  private openWeight = 0;
  private closeWeight = 0;

  constructor(instance: string | null, version: string | null) {
    this.key = instance;
    this.instance = instance ?? NO_INSTANCE;
    this.version = version;
  }

  /** The first open that is known; -Infinity where a connection is older than its record. */
  get firstSeenAt(): number {
    return Math.min(this.firstForgotten, this.opens.times[0] ?? Number.POSITIVE_INFINITY);
  }

  get lastSeenAt(): number {
    const [open, close] = [this.opens.times.at(-1), this.closes.times.at(-1)];
    return Math.max(open ?? Number.NEGATIVE_INFINITY, close ?? Number.NEGATIVE_INFINITY);
  }

  add(counted: CountedConnection): void {
    const open = openOf(counted);
    if (open !== null) {
      this.opens.insert(open.time, open.weight);
      this.openWeight += open.weight;
      this.change(open.time);
    }
    if (!isClosed(counted)) return;
    this.closes.insert(counted.connection.closedAt, counted);
    this.closeWeight += counted.closeWeight;
    this.change(counted.connection.closedAt);
  }

  remove(counted: CountedConnection): void {
    const open = openOf(counted);
    if (open !== null) {
      this.opens.remove(open.time, open.weight);
      this.openWeight -= open.weight;
      this.change(open.time);
    }
    if (!isClosed(counted)) return;
    this.closes.remove(counted.connection.closedAt, counted);
    this.closeWeight -= counted.closeWeight;
    this.change(counted.connection.closedAt);
  }

  /** Puts a connection in the place of itself: what both say of its open and of its close stays where it is. */
  replace(before: CountedConnection, after: CountedConnection): void {
    const [opened, opens] = [openOf(before), openOf(after)];
    if (opened?.time !== opens?.time || opened?.weight !== opens?.weight) {
      this.remove(before);
      this.add(after);
    } else if (!isClosed(before) && isClosed(after)) {
      this.closes.insert(after.connection.closedAt, after);
      this.closeWeight += after.closeWeight;
      this.change(after.connection.closedAt);
    } else if (isClosed(before) && isClosed(after) && before.connection.closedAt === after.connection.closedAt) {
      this.closes.replace(before.connection.closedAt, before, after);
      this.closeWeight += after.closeWeight - before.closeWeight;
      this.change(after.connection.closedAt);
    } else {
      this.remove(before);
      this.add(after);
    }
  }

  /** How many are open at `time`: opens until then count, closes at that very moment do not yet. Takes time in proportion to what came later. */
  levelAt(time: number): number {
    let level = this.openWeight - this.closeWeight;
    const { opens, closes } = this;
    for (let at = opens.length - 1; at >= 0 && opens.times[at]! > time; at -= 1) level -= opens.items[at]!;
    for (let at = closes.length - 1; at >= 0 && closes.times[at]! >= time; at -= 1)
      level += closes.items[at]!.closeWeight;
    return Math.max(0, level);
  }

  /** The first open after `time` and until `now`; null where there is none. */
  nextOpenAfter(time: number, now: number): number | null {
    const next = this.opens.times[this.opens.firstAfter(time)];
    return next === undefined || next > now ? null : next;
  }

  /** From when on anything has changed since the last call; Infinity when nothing has. */
  takeChangedFrom(): number {
    const from = this.changedFrom;
    this.changedFrom = Number.POSITIVE_INFINITY;
    return from;
  }

  /** Lets go of what lies before `time`; the level stays right. */
  forgetBefore(time: number): void {
    this.firstForgotten = this.firstSeenAt;
    this.opens.forgetBefore(time);
    this.closes.forgetBefore(time);
  }

  private change(time: number): void {
    if (time < this.changedFrom) this.changedFrom = time;
  }
}

function openOf({ connection, openSeen, openWeight, closeWeight }: CountedConnection) {
  if (openSeen) return { time: connection.openedAt ?? Number.NEGATIVE_INFINITY, weight: openWeight };
  return closeWeight === 1 ? { time: connection.openedAt ?? Number.NEGATIVE_INFINITY, weight: 1 } : null;
}

function isClosed(counted: CountedConnection): counted is ClosedConnection {
  return counted.connection.closedAt !== null;
}
