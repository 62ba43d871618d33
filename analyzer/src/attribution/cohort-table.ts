import type { Connection } from '../connection.ts';
import { CohortCells, type SickAndExpected } from './cohort-cells.ts';
import { COHORT_FIELDS, type CohortField } from './cohort-field.ts';
import type { ExpectedBugs } from './expected-bugs.ts';
import { kulldorffLogLikelihoodRatio } from './kulldorff-log-likelihood-ratio.ts';

/** A value that a cohort may be made of. */
export interface Leaf {
  field: CohortField;
  value: string;
  /** The value's number in its field. */
  number: number;
}

/**
 * The sick clients and what is expected, summed up by which of the promising values each connection has. A cohort is a set of leaves, written as a bit
 * mask: bit i stands for `leaves[i]`. One pass over the connections is all that any number of candidates needs.
 */
export interface CohortTable {
  leaves: readonly Leaf[];
  all: SickAndExpected;
  /** What has all the values of `mask`. */
  countsOf(mask: number): SickAndExpected;
  /** What says anything at all in each of the fields of `mask`: the others may have its values or not. */
  countsWithFieldsOf(mask: number): SickAndExpected;
  /** How many values, of any field, are expected to have this share of the bugs (0 to 1) or more. */
  valuesFrom(share: number): number;
}

/** Of a field so many values can be named: the one with the clearest excess, and a rival. */
const LEAVES_PER_FIELD = 2;

/** Sums up who is sick and what is expected of whom: what the exposure function of `explainExcess` says of a population. */
export function cohortTable(
  { first, ofConnection }: ExpectedBugs,
  population: readonly Connection[],
  earlier: readonly Connection[],
): CohortTable {
  const columns = COHORT_FIELDS.map(field => columnOf(field, first, { population, ofConnection }));
  const shares = columns.flatMap(sharesOf).sort((a, b) => b - a);
  const leavesByField = columns.map(leavesOf);
  const leaves = leavesByField.flat();
  const cells = new CohortCells();
  for (const [row, bug] of first.entries()) cells.add(cellKey(columns, leavesByField, row, bug), { sick: 1 });
  for (const [row, bug] of earlier.entries()) cells.add(cellKey(columns, leavesByField, row, bug), { earlier: 1 });
  for (let row = 0; row < population.length; row++)
    cells.add(cellKey(columns, leavesByField, row, null), { expected: ofConnection[row]! });
  const fieldsOf = (mask: number) =>
    leaves.reduce((bits, { field }, bit) => ((mask & (1 << bit)) === 0 ? bits : bits | fieldBit(field)), 0);
  return {
    leaves,
    all: cells.sumOf(0),
    countsOf: mask => cells.sumOf(mask),
    countsWithFieldsOf: mask => cells.sumOf(fieldsOf(mask)),
    valuesFrom: share => countFrom(shares, share),
  };
}

/** One field of everybody: its values by number, 0 for none, and what they add up to. */
interface Column {
  field: CohortField;
  numbers: Map<string | null, number>;
  values: string[];
  /** By the number of the value. */
  sick: Float64Array;
  expected: Float64Array;
  /** The number of each connection's value. */
  ofConnection: Int32Array;
}

function columnOf(
  field: CohortField,
  first: readonly Connection[],
  { population, ofConnection }: { population: readonly Connection[]; ofConnection: Float64Array },
): Column {
  const numbers = new Map<string | null, number>([[null, 0]]);
  const values = [''];
  const column = new Int32Array(population.length);
  for (let row = 0; row < population.length; row++) {
    const value = population[row]![field];
    let number = numbers.get(value);
    if (number === undefined) {
      number = values.push(value!) - 1;
      numbers.set(value, number);
    }
    column[row] = number;
  }
  const expected = new Float64Array(values.length);
  for (let row = 0; row < column.length; row++) expected[column[row]!]! += ofConnection[row]!;
  const sick = new Float64Array(values.length);
  for (const bug of first) sick[numbers.get(bug[field]) ?? 0]!++;
  return { field, numbers, values, sick, expected, ofConnection: column };
}

/** What the values of a field have of all that says anything in it. */
function sharesOf({ expected }: Column): number[] {
  const known = expected.subarray(1);
  const all = known.reduce((sum, one) => sum + one, 0);
  return all === 0 ? [] : Array.from(known, one => one / all);
}

function leavesOf({ field, values, sick, expected }: Column): Leaf[] {
  const sum = (numbers: Float64Array) => numbers.reduce((total, one, index) => (index === 0 ? 0 : total + one), 0);
  const [allSick, allExpected] = [sum(sick), sum(expected)];
  const excesses = values.map((value, number) => ({
    value,
    number,
    excess:
      number === 0
        ? 0
        : kulldorffLogLikelihoodRatio(sick[number]!, (allSick * expected[number]!) / allExpected, allSick),
  }));
  return excesses
    .filter(({ excess }) => excess > 0)
    .sort((a, b) => b.excess - a.excess || (a.value < b.value ? -1 : 1))
    .slice(0, LEAVES_PER_FIELD)
    .map(({ value, number }) => ({ field, value, number }));
}

/** The lower bits say which leaves a connection has, those above them which fields it says anything in. `bug`: one of the sick clients' instead. */
function cellKey(
  columns: readonly Column[],
  leavesByField: readonly (readonly Leaf[])[],
  row: number,
  bug: Connection | null,
): number {
  let key = 0;
  let bit = 0;
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    const number = bug === null ? column.ofConnection[row]! : (column.numbers.get(bug[column.field]) ?? 0);
    if (number !== 0) key |= 1 << (index + FIELD_SHIFT);
    for (const leaf of leavesByField[index]!) {
      if (leaf.number === number) key |= 1 << bit;
      bit++;
    }
  }
  return key;
}

const FIELD_SHIFT = COHORT_FIELDS.length * LEAVES_PER_FIELD;

function fieldBit(field: CohortField): number {
  return 1 << (COHORT_FIELDS.indexOf(field) + FIELD_SHIFT);
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
