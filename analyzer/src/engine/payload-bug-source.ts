import { EXPLAINED_BINS, type IncidentState, REOPEN_BINS } from '../detect/incident-state.ts';
import type { ServiceDetector } from '../detect/service-detector.ts';
import { BIN, CHANGEABLE, LATE_AFTER } from '../facts/limits.ts';
import { explainedUntil } from './explained-until.ts';
import { incidentFacts } from './incident-facts.ts';
import { type Explanation, explain, incidentVerdict } from './incident-verdict.ts';
import type { Said, ServiceMoment, VerdictSource } from './verdict-source.ts';

/** After so long nothing changes an incident that is past: it can't reopen, and no row still comes. Bins. */
const INCIDENT_SETTLES = REOPEN_BINS + CHANGEABLE;

/** An explanation, and what it rests on. */
interface KnownExplanation {
  explanation: Explanation;
  /** Epoch milliseconds up to which the facts were read. */
  until: number;
  /** Facts before that have changed since. */
  stale: boolean;
  /** No row can change them any more. */
  settled: boolean;
}

/** The incidents of detector A as verdicts. */
export class PayloadBugSource implements VerdictSource {
  /** By the incident's start: those that rows can still change are made anew each time. */
  private readonly explanations = new Map<number, KnownExplanation>();
  private readonly falseAlarmsPerYear: number;

  constructor(falseAlarmsPerYear: number) {
    this.falseAlarmsPerYear = falseAlarmsPerYear;
  }

  say(moment: ServiceMoment): Said[] {
    for (const known of this.explanations.values()) known.stale ||= moment.changedFrom <= known.until;
    const incidents = moment.detector.incidents().filter(incident => !moment.isFinal(keyOf(incident)));
    return incidents.map(incident => this.sayIncident(incident, moment));
  }

  private sayIncident(incident: IncidentState, moment: ServiceMoment): Said {
    const { facts, deploys, now } = moment;
    const explanation = this.explanation(incident, moment);
    const verdict = incidentVerdict(facts, incident, explanation, deploys, this.falseAlarmsPerYear);
    const isFinal = incident.endedIn !== null && now / BIN >= incident.endedIn + INCIDENT_SETTLES;
    if (isFinal) this.explanations.delete(incident.startedAt);
    return { key: keyOf(incident), verdict, isFinal };
  }

  /** What explains an incident: the bugs of its first quarter of an hour, for as long as they were above the null. */
  private explanation(incident: IncidentState, moment: ServiceMoment): Explanation {
    const { startedAt } = incident;
    const known = this.explanations.get(startedAt);
    if (known?.settled) return known.explanation;
    const settled = moment.now > startedAt + EXPLAINED_BINS * BIN + LATE_AFTER;
    const until = settled ? (incident.lastBugExplained + 1) * BIN : explainedUntil(moment.facts.bins, incident);
    const isSame = known !== undefined && known.until === until && !known.stale;
    const explanation = isSame
      ? known.explanation
      : explain(incidentFacts(moment.facts, startedAt, until), expectedSickIn(moment.detector, startedAt, until));
    // An incident whose start has moved leaves an explanation behind: only those that are settled are worth keeping.
    for (const [start, other] of this.explanations) if (!other.settled) this.explanations.delete(start);
    this.explanations.set(startedAt, { explanation, until, stale: false, settled });
    return explanation;
  }
}

function keyOf({ startedAt }: IncidentState): string {
  return `incident ${startedAt}`;
}

/** Sick clients that the baseline has from one time to another, epoch milliseconds. */
function expectedSickIn({ evaluated }: ServiceDetector, from: number, until: number): number {
  let expected = 0;
  for (let bin = Math.floor(from / BIN); bin < until / BIN; bin++) expected += evaluated.get(bin)?.expectedSick ?? 0;
  return expected;
}
