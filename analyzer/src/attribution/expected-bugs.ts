import { type Connection, clientKey } from '../connection.ts';
import { YOUNG_UNTIL } from '../facts/limits.ts';
import { firstBugOfEachClient } from './first-bug-of-each-client.ts';

/** How the bugs of an incident would lie if everybody had the same hazard. */
export interface ExpectedBugs {
  /** The bug with which each sick client began. */
  first: readonly Connection[];
  /**
   * For each connection of the population, in its order, the bugs that are expected of it, in units of `EXPECTED_UNIT`: whole numbers, so that
   * their sums are exact and don't depend on the order. All together they are as many as `first`, but for rounding.
   */
  ofConnection: Float64Array;
}

/** One expected bug. 5,000 bugs are far from 2^53 of these. */
export const EXPECTED_UNIT = 2 ** 30;

/**
 * The bugs to be expected of each connection under a hazard that is the same for all connections of an age: the Nelson-Aalen estimate of the hazard,
 * summed over the time in which the connection was at risk. https://en.wikipedia.org/wiki/Nelson–Aalen_estimator
 *
 * Connections up to 10 s old are compared by their age: a bug that comes with a first message is compared with all the others' first messages. Older
 * ones are compared by the clock: a bug is compared with all that were open at its time. So it does not count against a new version that all opens of
 * a roll are its own, nor against an old one that it had all connections when something hit everybody. A client is at risk until its first bug.
 * Each client's connections are taken as open from `bugs`' first to its last time.
 */
export function expectedBugs(bugs: readonly Connection[], population: readonly Connection[]): ExpectedBugs {
  const first = firstBugOfEachClient(bugs);
  const sickAt = new Map(first.map(bug => [clientKey(bug), bug.closedAt!]));
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  for (const { closedAt } of bugs) {
    from = Math.min(from, closedAt!);
    until = Math.max(until, closedAt!);
  }
  const byAge = new RiskSets(first.filter(isYoung).map(ageAtClose), population.length);
  const byClock = new RiskSets(
    first.filter(bug => !isYoung(bug)).map(bug => bug.closedAt!),
    population.length,
  );
  for (let index = 0; index < population.length; index++) {
    const connection = population[index]!;
    const openedAt = connection.openedAt ?? Number.NEGATIVE_INFINITY;
    const grownUp = openedAt + YOUNG_UNTIL;
    const sick = sickAt.get(clientKey(connection));
    const closed = connection.closedAt ?? until;
    const end = sick !== undefined && sick < closed ? sick : closed;
    if (grownUp > from) byAge.add(index, Math.max(0, from - openedAt), Math.min(end, grownUp - 1) - openedAt);
    byClock.add(index, Math.max(from, grownUp), end);
  }
  const ofConnection = byAge.expected();
  const ofOld = byClock.expected();
  for (let index = 0; index < ofOld.length; index++) ofConnection[index]! += ofOld[index]!;
  return { first, ofConnection };
}

function isYoung(bug: Connection): boolean {
  return bug.openedAt !== null && ageAtClose(bug) < YOUNG_UNTIL;
}

function ageAtClose({ openedAt, closedAt }: Connection): number {
  return closedAt! - openedAt!;
}

/** Who was at risk when each of some events happened, on one scale of time. */
class RiskSets {
  private readonly times: Float64Array;
  /** By connection: the first event that it was at risk for, and the first after that it was not. */
  private readonly begins: Int32Array;
  private readonly ends: Int32Array;
  /** At each event, by how many more than at the one before were at risk. */
  private readonly steps: Int32Array;
  private readonly earliest: number;
  private readonly latest: number;

  constructor(times: readonly number[], connections: number) {
    this.times = Float64Array.from(times).sort();
    this.begins = new Int32Array(connections);
    this.ends = new Int32Array(connections);
    this.steps = new Int32Array(times.length + 1);
    this.earliest = this.times[0] ?? Number.POSITIVE_INFINITY;
    this.latest = this.times[times.length - 1] ?? Number.NEGATIVE_INFINITY;
  }

  /** A connection that is at risk between two times, both included. */
  add(connection: number, from: number, until: number): void {
    const { times, earliest, latest } = this;
    if (until < from || until < earliest || from > latest) return;
    const begin = from <= earliest ? 0 : countBelow(times, from);
    const end = until >= latest ? times.length : countBelow(times, nextAfter(until));
    this.begins[connection] = begin;
    this.ends[connection] = end;
    this.steps[begin]!++;
    this.steps[end]!--;
  }

  expected(): Float64Array {
    const hazard = new Float64Array(this.times.length + 1);
    let atRisk = 0;
    for (let event = 0; event < this.times.length; event++) {
      atRisk += this.steps[event]!;
      hazard[event + 1] = hazard[event]! + (atRisk > 0 ? Math.round(EXPECTED_UNIT / atRisk) : 0);
    }
    const expected = new Float64Array(this.begins.length);
    for (let index = 0; index < expected.length; index++)
      expected[index] = hazard[this.ends[index]!]! - hazard[this.begins[index]!]!;
    return expected;
  }
}

/** Times carry microseconds as their fraction: what is this much later is later. */
function nextAfter(time: number): number {
  return time + 2 ** -12;
}

function countBelow(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
