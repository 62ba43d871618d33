import type { Connection } from '../connection.ts';
import { COHORT_FIELDS, type CohortField } from './cohort-field.ts';
import { EXPECTED_UNIT, type ExpectedBugs } from './expected-bugs.ts';
import { kulldorffLogLikelihoodRatio } from './kulldorff-log-likelihood-ratio.ts';

/** A value that a cohort may be made of. */
export interface Leaf {
  field: CohortField;
  value: string;
}

/** Sick clients of a set of connections, and how many it would have if everybody had the same hazard. */
export interface CohortCounts {
  sick: number;
  expected: number;
}

/**
 * The sick clients and what is expected, summed up by which of the promising values each connection has. A cohort is a set of leaves, written as a bit
 * mask: bit i stands for `leaves[i]`. One pass over the connections is all that any number of candidates needs.
 */
export interface CohortTable {
  leaves: readonly Leaf[];
  all: CohortCounts;
  /** What has all the values of `mask`. */
  countsOf(mask: number): CohortCounts;
  /** What says anything at all in each of the fields of `mask`: the others may have its values or not. */
  countsWithFieldsOf(mask: number): CohortCounts;
  /** How many values, of any field, are expected to have this share of the bugs (0 to 1) or more. */
  valuesFrom(share: number): number;
}

/** Of a field so many values can be named: the one with the clearest excess, and a rival. */
const LEAVES_PER_FIELD = 2;

export function cohortTable({ first, ofConnection }: ExpectedBugs, population: readonly Connection[]): CohortTable {
  const byField = COHORT_FIELDS.map(field => countsByValue(field, first, population, ofConnection));
  const shares = byField.flatMap(sharesOf).sort((a, b) => b - a);
  const leaves = byField.flatMap((counts, index) => leavesOf(COHORT_FIELDS[index]!, counts));
  const cells = new Map<number, CohortCounts>();
  const cellOf = (connection: Connection) => {
    const key = cellKey(connection, leaves);
    let cell = cells.get(key);
    if (!cell) {
      cell = { sick: 0, expected: 0 };
      cells.set(key, cell);
    }
    return cell;
  };
  for (const bug of first) cellOf(bug).sick++;
  for (const [index, connection] of population.entries()) cellOf(connection).expected += ofConnection[index]!;
  const sum = (has: number) => sumOf(cells, has);
  const fieldsOf = (mask: number) =>
    leaves.reduce((bits, { field }, bit) => ((mask & (1 << bit)) === 0 ? bits : bits | fieldBit(field)), 0);
  return {
    leaves,
    all: sum(0),
    countsOf: sum,
    countsWithFieldsOf: mask => sum(fieldsOf(mask)),
    valuesFrom: share => countFrom(shares, share),
  };
}

/** The lower bits say which leaves a connection has, those above them which fields it says anything in. */
function cellKey(connection: Connection, leaves: readonly Leaf[]): number {
  let key = 0;
  for (let index = 0; index < COHORT_FIELDS.length; index++)
    if (connection[COHORT_FIELDS[index]!] !== null) key |= 1 << (index + FIELD_SHIFT);
  for (let bit = 0; bit < leaves.length; bit++) {
    const { field, value } = leaves[bit]!;
    if (connection[field] === value) key |= 1 << bit;
  }
  return key;
}

const FIELD_SHIFT = COHORT_FIELDS.length * LEAVES_PER_FIELD;

function fieldBit(field: CohortField): number {
  return 1 << (COHORT_FIELDS.indexOf(field) + FIELD_SHIFT);
}

function sumOf(cells: ReadonlyMap<number, CohortCounts>, has: number): CohortCounts {
  let sick = 0;
  let expected = 0;
  for (const [key, cell] of cells) {
    if ((key & has) !== has) continue;
    sick += cell.sick;
    expected += cell.expected;
  }
  return { sick, expected: expected / EXPECTED_UNIT };
}

type CountsByValue = Map<string | null, CohortCounts>;

function countsByValue(
  field: CohortField,
  first: readonly Connection[],
  population: readonly Connection[],
  ofConnection: Float64Array,
): CountsByValue {
  const counts: CountsByValue = new Map();
  const of = (value: string | null) => {
    let known = counts.get(value);
    if (!known) {
      known = { sick: 0, expected: 0 };
      counts.set(value, known);
    }
    return known;
  };
  for (const bug of first) of(bug[field]).sick++;
  for (let index = 0; index < population.length; index++)
    of(population[index]![field]).expected += ofConnection[index]!;
  return counts;
}

/** What the values of a field have of all that says anything in it. */
function sharesOf(counts: CountsByValue): number[] {
  const known = [...counts].filter(([value]) => value !== null).map(([, { expected }]) => expected);
  const all = known.reduce((sum, expected) => sum + expected, 0);
  return all === 0 ? [] : known.map(expected => expected / all);
}

function leavesOf(field: CohortField, counts: CountsByValue): Leaf[] {
  const known = [...counts].filter((one): one is [string, CohortCounts] => one[0] !== null);
  const sick = known.reduce((sum, [, one]) => sum + one.sick, 0);
  const expected = known.reduce((sum, [, one]) => sum + one.expected, 0);
  return known
    .map(([value, one]) => ({
      value,
      excess: kulldorffLogLikelihoodRatio(one.sick, (sick * one.expected) / expected, sick),
    }))
    .filter(({ excess }) => excess > 0)
    .sort((a, b) => b.excess - a.excess || (a.value < b.value ? -1 : 1))
    .slice(0, LEAVES_PER_FIELD)
    .map(({ value }) => ({ field, value }));
}

function countFrom(descending: readonly number[], share: number): number {
  let low = 0;
  let high = descending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (descending[middle]! >= share) low = middle + 1;
    else high = middle;
  }
  return low;
}
