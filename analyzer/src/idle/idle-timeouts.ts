import type { Drop } from '../facts/drops.ts';
import { BIN, LATE_AFTER } from '../facts/limits.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';
import { binomialTail } from '../statistics/binomial-tail.ts';
import { opensUpTo } from './opens-up-to.ts';
import { type TimeoutCell, timeoutCells } from './timeout-cell.ts';

/** Connections that end at one age, as a timeout between the ends makes them. Times are epoch milliseconds. */
export interface IdleTimeout {
  seconds: number;
  /** The first drop at that age among those that showed it. */
  startedAt: number;
  /** The end of the minute in which they sufficed. */
  detectedAt: number;
  lastAt: number;
  endedAt: number | null;
  /** Drops at that age since the start, at it or near it, and how many a smooth distribution has at it. */
  inside: number;
  near: number;
  expected: number;
  /** How many ten-second blocks those that showed it came in. */
  blocks: number;
  /** Distinct clients, 10,000 at most. */
  clients: ReadonlySet<string>;
  /** Nothing that may still come changes it. */
  settled: boolean;
}

const MINUTE = 60_000;
/** A minute is looked at when its rows had so long to come. Milliseconds. */
const LAG = 15_000;
/** Minutes that are judged together: a timeout of a service with few idle clients shows in two hours. */
const TRAILING = 120;
/** So many drops at one age, by so many clients, or nothing is said. */
const LEAST_DROPS = 10;
const LEAST_CLIENTS = 3;
/** How often chance may have so many in a smooth distribution: some 40 timeouts are looked for at every minute of a year. */
const CHANCE = 1e-9;
/** And they have to be so many times what it has: a distribution may have bumps. */
const TIMES = 3;
/** One event that cuts many at once is no timeout: they have to come in so many ten-second blocks, and at most half in one. */
const LEAST_BLOCKS = 5;
const BLOCK = 10_000;
/** It goes on while chance has as many in so many minutes less often than this. */
const RECENT = 30;
const RECENT_CHANCE = 0.003;
/** It is over when that was not so for an hour. */
const QUIET = 60 * MINUTE;
/** What is over is remembered for so long: its drops don't show another one. */
const REMEMBERED = (TRAILING + 60) * MINUTE;
const MOST_CLIENTS = 10_000;
/** How far back opens matter: the longest timeout that is looked for, and what lies near it. Seconds. */
const LONGEST = 4_200;

interface Running extends IdleTimeout {
  clients: Set<string>;
}

/**
 * The idle timeouts of one service, minute by minute: a function of its drops and opens, whatever the order in which they
 * came. Minutes whose rows can no longer come are folded into the state, the others are judged anew when they change.
 */
export class IdleTimeouts {
  private readonly cells = new Map<number, Map<number, TimeoutCell>>();
  /** Of the minutes up to `through`, which nothing changes any more. */
  private readonly known: { through: number; timeouts: Running[] } = { through: -1, timeouts: [] };
  private judgedTo = -1;
  private current: Running[] = [];

  /** Those that run, and those that ended in the last hours. `binsChangedFrom` as a moment has it. */
  at(now: number, facts: Pick<ServiceFacts, 'drops' | 'bins'>, binsChangedFrom: number): readonly IdleTimeout[] {
    const { drops } = facts;
    const last = Math.floor((now - LAG) / MINUTE) - 1;
    const dirty = Math.min(drops.dirtyFrom, Math.floor((binsChangedFrom * BIN) / MINUTE));
    drops.dirtyFrom = Number.POSITIVE_INFINITY;
    if (last <= this.judgedTo && dirty > this.judgedTo) return this.current;
    this.count(Math.max(this.known.through + 1, Math.min(dirty, this.judgedTo + 1)), last, facts);
    const settledTo = Math.min(last, Math.floor((now - LATE_AFTER) / MINUTE) - 1);
    this.known.timeouts = this.known.timeouts.filter(({ endedAt }) => endedAt === null || endedAt > now - REMEMBERED);
    this.judge(this.known.timeouts, this.known.through + 1, settledTo);
    this.known.through = Math.max(this.known.through, settledTo);
    const open = this.known.timeouts.map(one => ({ ...one, clients: new Set(one.clients) }));
    for (const one of open) one.settled = one.endedAt !== null;
    this.judge(open, this.known.through + 1, last);
    this.judgedTo = last;
    this.current = open;
    for (const minute of this.cells.keys()) if (minute <= settledTo - TRAILING) this.cells.delete(minute);
    return open;
  }

  private count(from: number, to: number, { drops, bins }: Pick<ServiceFacts, 'drops' | 'bins'>): void {
    let opens: ReturnType<typeof opensUpTo> | null = null;
    for (const [minute, ones] of drops.minutes) {
      if (minute < from || minute > to) continue;
      // Before the first look that would be since the epoch: nothing lies before the first bin.
      const earliest = Math.floor((Math.max(from, this.known.through + 1) * MINUTE) / 1000) - LONGEST;
      const first = Math.max(bins.first, earliest);
      opens ??= opensUpTo(bins, first, (to + 1) * 60);
      this.cells.set(minute, timeoutCells(inOrder(ones.values()), opens));
    }
  }

  /** Carries the timeouts over the minutes `from` to `to`. */
  private judge(timeouts: Running[], from: number, to: number): void {
    const busy = [...this.cells.keys()].filter(minute => minute >= from && minute <= to).sort((a, b) => a - b);
    for (const minute of busy) {
      endQuiet(timeouts, minute * MINUTE);
      for (const [seconds, cell] of this.cells.get(minute)!) {
        const open = timeouts.find(one => one.seconds === seconds && one.endedAt === null);
        if (open) this.goOn(open, cell, minute);
        else if (cell.inside.length > 0) this.tryToOpen(timeouts, seconds, minute);
      }
    }
    endQuiet(timeouts, (to + 1) * MINUTE);
  }

  private goOn(timeout: Running, cell: TimeoutCell, minute: number): void {
    timeout.inside += cell.inside.length;
    timeout.near += cell.near;
    timeout.expected += cell.expected;
    for (const { client } of cell.inside) if (timeout.clients.size < MOST_CLIENTS) timeout.clients.add(client);
    const { inside, near, expected } = this.trailing(timeout.seconds, minute - RECENT + 1, minute);
    if (binomialTail(inside.length, near, expected / near) <= RECENT_CHANCE)
      timeout.lastAt = lastOf(cell.inside, timeout.lastAt);
  }

  private trailing(seconds: number, from: number, to: number): TimeoutCell {
    const sum: TimeoutCell = { inside: [], near: 0, expected: 0 };
    for (let minute = from; minute <= to; minute += 1) {
      const cell = this.cells.get(minute)?.get(seconds);
      if (!cell) continue;
      sum.inside.push(...cell.inside);
      sum.near += cell.near;
      sum.expected += cell.expected;
    }
    return sum;
  }

  private tryToOpen(timeouts: Running[], seconds: number, minute: number): void {
    const before = timeouts.findLast(one => one.seconds === seconds)?.lastAt ?? 0;
    const from = Math.max(minute - TRAILING, Math.floor(before / MINUTE)) + 1;
    const { inside, near, expected } = this.trailing(seconds, from, minute);
    const blocks = blocksOf(inside);
    if (inside.length < LEAST_DROPS || inside.length < TIMES * expected || !isSpread(blocks, inside.length)) return;
    const clients = new Set(inside.map(({ client }) => client));
    if (clients.size < LEAST_CLIENTS || binomialTail(inside.length, near, expected / near) > CHANCE) return;
    timeouts.push({
      seconds,
      startedAt: inside.reduce((first, { closedAt }) => Math.min(first, closedAt), Number.POSITIVE_INFINITY),
      detectedAt: (minute + 1) * MINUTE,
      lastAt: lastOf(inside, 0),
      endedAt: null,
      inside: inside.length,
      near,
      expected,
      blocks: blocks.size,
      clients,
      settled: false,
    });
  }
}

function endQuiet(timeouts: readonly Running[], now: number): void {
  for (const one of timeouts) if (one.endedAt === null && now - one.lastAt > QUIET) one.endedAt = one.lastAt;
}

function lastOf(drops: TimeoutCell['inside'], before: number): number {
  return drops.reduce((last, { closedAt }) => Math.max(last, closedAt), before);
}

function blocksOf(drops: TimeoutCell['inside']): Map<number, number> {
  const blocks = new Map<number, number>();
  for (const { closedAt } of drops) {
    const block = Math.floor(closedAt / BLOCK);
    blocks.set(block, (blocks.get(block) ?? 0) + 1);
  }
  return blocks;
}

function isSpread(blocks: ReadonlyMap<number, number>, all: number): boolean {
  return blocks.size >= LEAST_BLOCKS && Math.max(...blocks.values()) * 2 <= all;
}

/** Sums of fractions depend on their order, which must not be that of arrival. */
function inOrder(drops: Iterable<Drop>): Drop[] {
  return [...drops].sort((a, b) => a.closedAt - b.closedAt || (a.id < b.id ? -1 : 1));
}
