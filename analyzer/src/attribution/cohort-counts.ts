import type { Connection } from '../connection.ts';
import type { CohortTerm } from '../verdict.ts';
import { isInCohort } from './cohort-field.ts';

/** How a cohort lies in an incident: what there is to say about it in numbers. Connections are counted with those that ended in a bug. */
export interface CohortCounts {
  bugs: number;
  allBugs: number;
  connections: number;
  allConnections: number;
  /** Who is not of the cohort and was on the instances that had its bugs: what comes on the same way. */
  beside: { instances: number; connections: number; bugs: number };
  /** Closes of the incident's time without a close frame (1006), none of them a payload bug. */
  abnormal: number;
}

const ABNORMAL = 1006; // RFC 6455, 7.4.1

/** Counts in two passes; `bugs` are those of the population that are told, by their time. */
export function cohortCounts(
  bugs: readonly Connection[],
  population: readonly Connection[],
  cohort: readonly CohortTerm[],
): CohortCounts {
  const own = bugs.filter(bug => isInCohort(bug, cohort));
  const instances = new Set(own.map(bug => bug.instance));
  const from = bugs[0]?.closedAt ?? 0;
  const until = bugs.at(-1)?.closedAt ?? 0;
  let connections = 0;
  let abnormal = 0;
  const beside = { instances: instances.size, connections: 0, bugs: 0 };
  for (const connection of population) {
    const { closedAt, code, payloadBug, instance } = connection;
    if (code === ABNORMAL && !payloadBug && closedAt !== null && closedAt >= from && closedAt <= until) abnormal++;
    if (isInCohort(connection, cohort)) connections++;
    else if (instances.has(instance)) beside.connections++;
  }
  for (const bug of bugs) if (!isInCohort(bug, cohort) && instances.has(bug.instance)) beside.bugs++;
  const { length: allBugs } = bugs;
  return { bugs: own.length, allBugs, connections, allConnections: population.length, beside, abnormal };
}
