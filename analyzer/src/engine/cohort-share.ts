import { attributeBugs } from '../attribution/attribute-bugs.ts';
import { isInCohort } from '../attribution/cohort-field.ts';
import type { IncidentState } from '../detect/incident-state.ts';
import { BIN } from '../facts/limits.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';
import { incidentFacts, sickShare } from './incident-facts.ts';

/**
 * The share of the cohort's clients that is sick at the end of a bin. Finding the cohort reads every connection, so it is
 * asked anew only when the number of sick clients has grown by a quarter; in between the answer is 0.
 */
export function cohortShareOf(service: ServiceFacts, incident: IncidentState, bin: number, from: number): number {
  const clients = incident.clients.size;
  const grew = service.bins.bins.get(bin)?.bugs.size ?? 0;
  if (
    grew === 0 ||
    (clients > from && Math.floor(Math.log(clients) / STEP) === Math.floor(Math.log(clients - grew) / STEP))
  )
    return 0;
  const { bugs, population } = incidentFacts(service, incident.startedAt, (bin + 1) * BIN);
  const { cohort } = attributeBugs(bugs, population);
  if (cohort.length === 0) return 0;
  const isInside = (one: (typeof bugs)[number]) => isInCohort(one, cohort);
  return sickShare(bugs.filter(isInside), population.filter(isInside));
}

const STEP = Math.log(1.25);
