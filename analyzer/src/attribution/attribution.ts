import type { CohortTerm } from '../verdict.ts';

/** Whom an excess of payload bugs comes from. */
export interface Attribution {
  /** The smallest set of attribute values that explains the excess; empty where nothing stands out. */
  cohort: CohortTerm[];
  /** Sets that select (nearly) the same bugs and the same connections, so that the data can't tell them from it. */
  alsoPossible: CohortTerm[][];
}
