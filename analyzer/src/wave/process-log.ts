import type { Connection } from '../connection.ts';
import type { CountedConnection } from '../facts/merge-connection.ts';
import { isBroken } from './restart-close.ts';
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

/** A connection of whose end others tell: its client, by its own close (told), or by another open while it is open as far as is known. */
interface Sign {
  id: string;
  isTold: boolean;
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
  /** Those that are open as far as is known, by id. */
  readonly open = new Map<string, CountedConnection>();
  /**
   * What others tell of connections of which the process itself told no end: a later open of the same client (at its time), or the client's
   * word that it broke off. See find-deaths.ts.
   */
  readonly signs = new TimeOrdered<Sign>(
    (a, b) => a.id < b.id,
    (a, b) => a.id === b.id && a.isTold === b.isTold,
  );
  /** What its gauge of open connections said, by the samples' own time. */
  readonly gauge = new TimeOrdered<{ connections: number; receivedAt: number }>(() => false);
  /** Grows whenever a client of one of its closed connections comes back, or does so at another time than was known. */
  returns = 0;
  /** Earliest time about which anything has changed; Infinity when nothing has. See `takeChangedFrom`. */
  private changedFrom = Number.POSITIVE_INFINITY;
  /** The first open that was let go. */
  private firstForgotten = Number.POSITIVE_INFINITY;
  private openWeight = 0;
  private closeWeight = 0;
  /** Opens and closes in the log that stand for more than one: without any, counting is bisecting. */
  private weighted = 0;

  constructor(instance: string | null, version: string | null) {
    this.key = instance;
    this.instance = instance ?? NO_INSTANCE;
    this.version = version;
  }

  /** The first open that is known, or the first sample of its gauge; -Infinity where a connection is older than its record. */
  get firstSeenAt(): number {
    const [open, sample] = [this.opens.times[0], this.gauge.times[0]];
    return Math.min(this.firstForgotten, open ?? Number.POSITIVE_INFINITY, sample ?? Number.POSITIVE_INFINITY);
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
      if (open.weight !== 1) this.weighted += 1;
      this.change(open.time);
    }
    if (isClosed(counted)) this.addClose(counted);
    else this.open.set(counted.connection.id, counted);
  }

  remove(counted: CountedConnection): void {
    const open = openOf(counted);
    if (open !== null) {
      this.opens.remove(open.time, open.weight);
      this.openWeight -= open.weight;
      if (open.weight !== 1) this.weighted -= 1;
      this.change(open.time);
    }
    if (isClosed(counted)) this.removeClose(counted);
    else this.open.delete(counted.connection.id);
  }

  /** Puts a connection in the place of itself: what both say of its open stays where it is. */
  replace(before: CountedConnection, after: CountedConnection): void {
    const [opened, opens] = [openOf(before), openOf(after)];
    if (opened?.time !== opens?.time || opened?.weight !== opens?.weight) {
      this.remove(before);
      this.add(after);
      return;
    }
    if (isClosed(before)) this.removeClose(before);
    else this.open.delete(before.connection.id);
    if (isClosed(after)) this.addClose(after);
    else this.open.set(after.connection.id, after);
  }

  /** Notes that the client of a connection opened another one at `time`. */
  addSign(time: number, id: string): void {
    this.signs.insert(time, { id, isTold: false });
    this.change(time);
  }

  removeSign(time: number, id: string): void {
    this.signs.remove(time, { id, isTold: false });
    this.change(time);
  }

  /** Takes a sample of the gauge; of two of one time the one that was received last counts, and then the larger. */
  addSample(time: number, connections: number, receivedAt: number): void {
    const at = this.gauge.firstAt(time);
    const known = this.gauge.times[at] === time ? this.gauge.items[at]! : null;
    if (known === null) this.gauge.insert(time, { connections, receivedAt });
    else if (receivedAt > known.receivedAt || (receivedAt === known.receivedAt && connections > known.connections))
      this.gauge.items[at] = { connections, receivedAt };
    else return;
    this.change(time);
  }

  /**
   * How many are open at `time`: opens until then count, closes at that very moment do not yet. Takes time in proportion to what came later, if any of
   * it stands for more than one; else next to none.
   */
  levelAt(time: number): number {
    let level = this.openWeight - this.closeWeight;
    const { opens, closes } = this;
    if (this.weighted === 0) {
      const later = opens.length - opens.firstAfter(time) - (closes.length - closes.firstAt(time));
      return Math.max(0, level - later);
    }
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

  /** By how much the level changes after `from` and until `to`, as far as rows tell. */
  changeBetween(from: number, to: number): number {
    const { opens, closes } = this;
    if (this.weighted === 0)
      return opens.firstAfter(to) - opens.firstAfter(from) - (closes.firstAfter(to) - closes.firstAfter(from));
    let change = 0;
    for (let at = opens.firstAfter(from); at < opens.length && opens.times[at]! <= to; at += 1)
      change += opens.items[at]!;
    for (let at = closes.firstAfter(from); at < closes.length && closes.times[at]! <= to; at += 1)
      change -= closes.items[at]!.closeWeight;
    return change;
  }

  /** The last time before `time` at which the process itself told of an open or a close; -Infinity where it had not. */
  lastWordBefore(time: number): number {
    const opened = this.opens.times[this.opens.firstAt(time) - 1] ?? Number.NEGATIVE_INFINITY;
    const { closes } = this;
    for (let at = closes.firstAt(time) - 1; at >= 0 && closes.times[at]! > opened; at -= 1)
      if (closes.items[at]!.spoke.includes(closes.times[at]!)) return closes.times[at]!;
    return opened;
  }

  /** The start of its longest silence between two times. */
  longestSilence(from: number, to: number): number {
    let [start, longest, last] = [from, 0, from];
    const { opens } = this;
    for (let at = opens.firstAfter(from); at <= opens.length; at += 1) {
      const time = Math.min(to, opens.times[at] ?? to);
      if (time - last > longest) [start, longest] = [last, time - last];
      if (time >= to) break;
      last = time;
    }
    return start;
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
    this.signs.forgetBefore(time);
    this.gauge.forgetBefore(time);
  }

  private addClose(counted: ClosedConnection): void {
    const { closedAt } = counted.connection;
    this.closes.insert(closedAt, counted);
    this.closeWeight += counted.closeWeight;
    if (counted.closeWeight !== 1) this.weighted += 1;
    if (isToldByClient(counted)) this.signs.insert(closedAt, { id: counted.connection.id, isTold: true });
    this.change(closedAt);
  }

  private removeClose(counted: ClosedConnection): void {
    const { closedAt } = counted.connection;
    this.closes.remove(closedAt, counted);
    this.closeWeight -= counted.closeWeight;
    if (counted.closeWeight !== 1) this.weighted -= 1;
    if (isToldByClient(counted)) this.signs.remove(closedAt, { id: counted.connection.id, isTold: true });
    this.change(closedAt);
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

/** It broke off by the word of its client alone. */
function isToldByClient({ connection, spoke }: ClosedConnection): boolean {
  return !spoke.includes(connection.closedAt) && isBroken(connection);
}
