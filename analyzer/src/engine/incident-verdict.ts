import { attributeBugs } from '../attribution/attribute-bugs.ts';
import type { Attribution } from '../attribution/attribution.ts';
import { type CohortCounts, cohortCounts } from '../attribution/cohort-counts.ts';
import { isInCohort } from '../attribution/cohort-field.ts';
import { compareVersions, type DeployVersions, type VersionComparison } from '../attribution/compare-versions.ts';
import { type PayloadKind, payloadKinds, payloadOf } from '../attribution/payload-of.ts';
import type { IncidentState } from '../detect/incident-state.ts';
import { BIN } from '../facts/limits.ts';
import type { ServiceFacts } from '../facts/service-facts.ts';
import type { PayloadBugIncident } from '../incident.ts';
import type { Verdict, VerdictPayload } from '../verdict.ts';
import { wordsForPayloadBug } from '../words/words-for-payload-bug.ts';
import { deployBefore, relationTo, versionsOf } from './deploy-relation.ts';
import type { Deploy } from './deploys.ts';
import type { IncidentFacts } from './incident-facts.ts';
import { verdictId } from './verdict-id.ts';

/** Why an incident happened, as far as its first quarter of an hour tells. */
export interface Explanation extends IncidentFacts {
  attribution: Attribution;
  payload: VerdictPayload;
  /** All kinds of payload of the cohort's bugs. */
  kinds: readonly PayloadKind[];
  counts: CohortCounts;
  /** Reads every connection the first time that it is asked for two versions. */
  compare(versions: DeployVersions): VersionComparison;
}

/** Real changes of one service in a year, before any evidence: with the alarm's evidence it gives the confidence. */
const CHANGES_PER_YEAR = 4;
const MOST_CONFIDENCE = 0.999;

/** Finds the cohort and the payload; `expectedSick` are the sick clients that the baseline has in the same time. */
export function explain({ bugs, population, earlier }: IncidentFacts, expectedSick: number): Explanation {
  const attribution = attributeBugs(bugs, population, expectedSick, earlier);
  const inCohort = bugs.filter(bug => isInCohort(bug, attribution.cohort));
  const told = inCohort.length > 0 ? inCohort : bugs;
  const comparisons = new Map<string, VersionComparison>();
  return {
    bugs,
    population,
    earlier,
    attribution,
    payload: payloadOf(told),
    kinds: payloadKinds(told),
    counts: cohortCounts(bugs, population, attribution.cohort),
    compare: versions => {
      const key = JSON.stringify([versions.fromVersion, versions.toVersion]);
      const known = comparisons.get(key) ?? compareVersions(bugs, population, versions);
      comparisons.set(key, known);
      return known;
    },
  };
}

/** The verdict of an incident as it stands. */
export function incidentVerdict(
  { service, environment }: Pick<ServiceFacts, 'service' | 'environment'>,
  state: IncidentState,
  explanation: Explanation,
  deploys: readonly Deploy[],
  falseAlarmsPerYear: number,
): Verdict {
  const { attribution, payload, kinds, counts } = explanation;
  const incident = incidentOf(service, environment, state, explanation, falseAlarmsPerYear);
  const deploy = deployBefore(deploys, state.startedAt);
  const relation = deploy && relationTo(deploy, state, explanation);
  const isNear = relation !== null && relation.relation !== 'none';
  const words = wordsForPayloadBug({
    incident,
    attribution,
    payload,
    kinds,
    counts,
    deploy: relation,
    versions: isNear ? explanation.compare(versionsOf(deploy!)) : null,
    fromVersion: isNear ? deploy!.fromVersion : null,
    wave: isNear ? deploy!.wave : null,
  });
  return {
    id: incident.id,
    kind: 'payload_bug',
    status: incident.status,
    severity: incident.severity,
    service,
    environment,
    startedAt: isoTime(incident.startedAt),
    detectedAt: isoTime(incident.detectedAt),
    endedAt: incident.endedAt === null ? null : isoTime(incident.endedAt),
    confidence: incident.confidence,
    closes: incident.closes,
    clients: incident.clients,
    expected: incident.expected,
    ratio: digits(incident.closes / incident.expected, 3),
    cohort: attribution.cohort,
    alsoPossible: attribution.alsoPossible,
    payload,
    ...(relation ? { deploy: relation } : {}),
    ...words,
  };
}

function incidentOf(
  service: string,
  environment: string | null,
  state: IncidentState,
  { bugs }: IncidentFacts,
  falseAlarmsPerYear: number,
): PayloadBugIncident {
  const ended = state.endedIn !== null;
  const { closes, clients, expected } = ended ? state.lastCounts : state.heardCounts;
  const odds = (state.evidence * CHANGES_PER_YEAR) / falseAlarmsPerYear;
  return {
    id: verdictId({ kind: 'payload_bug', service, environment }, state.openedAs),
    service,
    environment,
    status: ended ? 'ended' : 'open',
    severity: state.severity,
    startedAt: state.startedAt,
    detectedAt: state.detectedAt!,
    endedAt: ended ? (state.lastBugAbove + 1) * BIN : null,
    confidence: Math.min(MOST_CONFIDENCE, digits(odds / (1 + odds), 3)),
    closes: Math.round(closes),
    clients,
    expected: digits(expected, 3),
    bugs,
    found: state.foundBy,
  };
}

/** RFC 3339 in UTC with milliseconds. */
export function isoTime(time: number): string {
  return new Date(time).toISOString();
}

/** As many significant digits as a reader can use. */
function digits(value: number, count: number): number {
  return Number(value.toPrecision(count));
}
