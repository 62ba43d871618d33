import type { Connection } from '../connection.ts';
import { clientVotes } from './client-votes.ts';
import { COHORT_FIELDS, type CohortField } from './cohort-field.ts';
import { freshSince, isFresh } from './fresh-since.ts';

/** The value of a field with the largest excess of bugs: no other value of the field can explain most of the excess. */
export interface LeadingValue {
  field: CohortField;
  value: string;
  /** How many values the field has in the population: how many could have been named instead. */
  choices: number;
}

/** Votes of clients (see `clientVotes`) that fall to a cohort. */
interface CohortVotes {
  bugs: number;
  exposed: number;
  /** Of `exposed`, those of connections opened while the bug was about. */
  fresh: number;
}

/**
 * The bugs and the population, summed up by which of the leading values each connection has. A cohort is a set of leading
 * values, written as a bit mask: bit i stands for `values[i]`. At most one value a field, so there are at most 256 masks,
 * and one pass over the connections is all that any number of candidates needs.
 */
export interface CohortTable {
  values: readonly LeadingValue[];
  /** What has all the values of `mask`. */
  votesFor(mask: number): CohortVotes;
}

/** Builds the table; `expected` are the votes that the baseline would have had in the whole population. */
export function cohortTable(
  bugs: readonly Connection[],
  population: readonly Connection[],
  expected: number,
): CohortTable {
  const bugVotes = clientVotes(bugs);
  const votes = clientVotes(population);
  const clients = votes.reduce((sum, vote) => sum + vote, 0);
  const values = COHORT_FIELDS.flatMap(field => {
    const exposed = votesByValue(population, votes, field);
    return leadingValue(field, votesByValue(bugs, bugVotes, field), exposed, expected / clients);
  });
  const cells: CohortVotes[] = Array.from({ length: 1 << values.length }, () => ({ bugs: 0, exposed: 0, fresh: 0 }));
  const cellOf = (connection: Connection) => {
    let mask = 0;
    for (const [bit, { field, value }] of values.entries()) if (connection[field] === value) mask |= 1 << bit;
    return cells[mask]!;
  };

  for (const [index, bug] of bugs.entries()) cellOf(bug).bugs += bugVotes[index]!;
  const since = freshSince(bugs);
  for (const [index, connection] of population.entries()) {
    const cell = cellOf(connection);
    cell.exposed += votes[index]!;
    if (isFresh(connection, since)) cell.fresh += votes[index]!;
  }
  return { values, votesFor: mask => sumOf(cells, mask) };
}

function sumOf(cells: readonly CohortVotes[], mask: number): CohortVotes {
  const sum = { bugs: 0, exposed: 0, fresh: 0 };
  for (const [cellMask, cell] of cells.entries()) {
    if ((cellMask & mask) !== mask) continue;
    sum.bugs += cell.bugs;
    sum.exposed += cell.exposed;
    sum.fresh += cell.fresh;
  }
  return sum;
}

function votesByValue(
  connections: readonly Connection[],
  votes: readonly number[],
  field: CohortField,
): Map<string | null, number> {
  const byValue = new Map<string | null, number>();
  for (const [index, connection] of connections.entries()) {
    byValue.set(connection[field], (byValue.get(connection[field]) ?? 0) + votes[index]!);
  }
  return byValue;
}

function leadingValue(
  field: CohortField,
  bugs: ReadonlyMap<string | null, number>,
  exposed: ReadonlyMap<string | null, number>,
  expectedPerVote: number,
): LeadingValue[] {
  let leading: string | null = null;
  let most = 0;
  for (const [value, votes] of bugs) {
    const excess = votes - expectedPerVote * (exposed.get(value) ?? 0);
    if (value !== null && excess > most) [leading, most] = [value, excess];
  }
  return leading === null ? [] : [{ field, value: leading, choices: Math.max(1, exposed.size) }];
}
