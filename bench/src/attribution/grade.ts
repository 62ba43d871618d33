import type { Attribution } from '../../../analyzer/src/attribution/attribution.ts';
import { isInCohort } from '../../../analyzer/src/attribution/cohort-field.ts';
import type { CohortTerm } from '../../../analyzer/src/verdict.ts';
import type { Case } from './case.ts';
import { cohortOf } from './cause.ts';

/**
 * How an attribution stands to the truth.
 * - `first`: it names the cause, or what selects the same connections (but a twentieth); without a cause, it names nothing;
 * - `listed`: it names another set, and the cause among those that the data can't tell from it;
 * - `wider`: it names, or lists, some of the cause's terms and none beside: true, and not all;
 * - `silent`: it names nothing;
 * - `wrong`: it names a value that the cause does not have.
 */
export const GRADES = ['first', 'listed', 'wider', 'silent', 'wrong'] as const;
export type Grade = (typeof GRADES)[number];

/** Sets with this share in common are the same in the data. */
const SAME = 0.95;

export function gradeOf(one: Case, { cohort, alsoPossible }: Attribution): Grade {
  const truth = cohortOf(one.cause);
  if (truth.length === 0) return cohort.length === 0 ? 'first' : 'wrong';
  if (cohort.length === 0) return 'silent';
  if (isSame(one, cohort, truth)) return 'first';
  if (alsoPossible.some(set => isSame(one, set, truth))) return 'listed';
  const said = [cohort, ...alsoPossible];
  return partsOf(truth).some(part => said.some(set => isSame(one, set, part))) ? 'wider' : 'wrong';
}

/** The sets of some of the terms, and not all. */
function partsOf(terms: readonly CohortTerm[]): CohortTerm[][] {
  const parts: CohortTerm[][] = [];
  for (let mask = 1; mask < (1 << terms.length) - 1; mask++)
    parts.push(terms.filter((_term, index) => (mask & (1 << index)) !== 0));
  return parts;
}

function isSame({ population }: Case, one: readonly CohortTerm[], other: readonly CohortTerm[]): boolean {
  let common = 0;
  let united = 0;
  for (const connection of population) {
    const [inOne, inOther] = [isInCohort(connection, one), isInCohort(connection, other)];
    if (inOne && inOther) common++;
    if (inOne || inOther) united++;
  }
  return common >= SAME * united;
}
