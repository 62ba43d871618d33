import { compareVersions } from '../attribution/compare-versions.ts';
import { expectedAlike } from '../attribution/expected-alike.ts';
import { expectedBugs } from '../attribution/expected-bugs.ts';
import { explainExcess } from '../attribution/explain-excess.ts';
import type { CodeAlarm } from '../detect/code-detectors.ts';
import { STREAM_BIN } from '../facts/code-streams.ts';
import { LATE_AFTER } from '../facts/limits.ts';
import { type CloseSpike, type SpikeSubject, subjectOf } from '../spike/close-spike.ts';
import { countInWaves } from '../spike/count-in-waves.ts';
import { spikeFacts } from '../spike/spike-facts.ts';
import type { Verdict } from '../verdict.ts';
import { wordsForCloseSpike } from '../words/words-for-close-spike.ts';
import { deployBefore, relationTo } from './deploy-relation.ts';
import { isoTime } from './incident-verdict.ts';
import { verdictId } from './verdict-id.ts';
import type { Said, ServiceMoment, VerdictSource } from './verdict-source.ts';

/** A spike is explained by what came in its first quarter of an hour. Milliseconds. */
const EXPLAINED = 15 * 60_000;
/** After its end it can open again for an hour, and rows can come for a quarter of one. Milliseconds. */
const SETTLES = 75 * 60_000;
/** A spike of which so large a share belongs to a wave is the wave's: one verdict for one cause. */
const WAVES_SHARE = 0.5;
/** Real changes of one service in a year, before any evidence, as of payload bugs. */
const CHANGES_PER_YEAR = 4;
const MOST_CONFIDENCE = 0.999;

/** Why a spike happened. */
type Explanation = Pick<CloseSpike, 'bugs' | 'population' | 'attribution' | 'inWaves'>;

/** An explanation, and what it rests on. Times are epoch milliseconds. */
interface KnownExplanation {
  explanation: Explanation;
  until: number;
  /** Facts before that have changed since. */
  stale: boolean;
  /** No row can change them any more. */
  settled: boolean;
}

/** Rises of close codes and of failed handshakes as verdicts: notices, unless they are a wave's own. */
export class CloseSpikeSource implements VerdictSource {
  private readonly explanations = new Map<string, KnownExplanation>();
  private readonly falseAlarmsPerYear: number;

  /** `falseAlarmsPerYear` is the budget of all streams together. */
  constructor(falseAlarmsPerYear: number) {
    this.falseAlarmsPerYear = falseAlarmsPerYear;
  }

  say(moment: ServiceMoment): Said[] {
    for (const known of this.explanations.values()) known.stale ||= moment.changedFrom <= known.until;
    const alarms = moment.codes.alarms().filter(alarm => !moment.isFinal(keyOf(alarm)));
    const keys = new Set(alarms.map(keyOf));
    // An alarm whose start has moved leaves an explanation behind.
    for (const key of this.explanations.keys()) if (!keys.has(key)) this.explanations.delete(key);
    return alarms.flatMap(alarm => this.sayAlarm(alarm, moment));
  }

  private sayAlarm(one: CodeAlarm, moment: ServiceMoment): Said[] {
    const explanation = this.explanation(one, moment);
    if (explanation.inWaves > WAVES_SHARE * explanation.bugs.length) return [];
    const { endedIn } = one.alarm;
    const isFinal = endedIn !== null && moment.now > (endedIn + 1) * STREAM_BIN + SETTLES;
    return [{ key: keyOf(one), verdict: this.verdictOf(one, explanation, moment), isFinal }];
  }

  private explanation(one: CodeAlarm, moment: ServiceMoment): Explanation {
    const { facts, now, rememberedWaves } = moment;
    const key = keyOf(one);
    const known = this.explanations.get(key);
    if (known?.settled) return known.explanation;
    const startedAt = startOf(one);
    const until = Math.min(startedAt + EXPLAINED, (one.alarm.lastAbove + 1) * STREAM_BIN);
    const settled = now > startedAt + EXPLAINED + LATE_AFTER;
    const isSame = known !== undefined && known.until === until && !known.stale;
    const { bugs, population, attribution } = isSame ? known.explanation : explain(one, facts, startedAt, until);
    const inWaves = countInWaves(bugs, subjectOf(one.stream), rememberedWaves);
    const explanation = { bugs, population, attribution, inWaves };
    this.explanations.set(key, { explanation, until, stale: false, settled });
    return explanation;
  }

  private verdictOf(one: CodeAlarm, explanation: Explanation, { facts, deploys }: ServiceMoment): Verdict {
    const { service, environment } = facts;
    const { detectedIn, lastAbove, endedIn, closes, sick, expected, evidence } = one.alarm;
    const startedAt = startOf(one);
    const endedAt = endedIn === null ? null : (lastAbove + 1) * STREAM_BIN;
    const deploy = deployBefore(deploys, startedAt);
    const relation =
      deploy &&
      relationTo(
        deploy,
        { startedAt, foundBy: [] },
        { compare: versions => compareVersions(explanation.bugs, explanation.population, versions) },
      );
    const odds = (evidence * CHANGES_PER_YEAR) / this.falseAlarmsPerYear;
    const counts = { closes: Math.round(closes), clients: Math.round(sick), expected: digits(expected) };
    const subject = subjectOf(one.stream);
    const about = fieldsOf(subject);
    const spike = { service, subject, startedAt, endedAt, ...counts, ...explanation };
    return {
      id: verdictId({ kind: 'close_spike', ...about, service, environment }, startedAt),
      kind: 'close_spike',
      status: endedAt === null ? 'open' : 'ended',
      severity: 'notice',
      service,
      environment,
      startedAt: isoTime(startedAt),
      detectedAt: isoTime((detectedIn + 1) * STREAM_BIN),
      endedAt: endedAt === null ? null : isoTime(endedAt),
      confidence: Math.min(MOST_CONFIDENCE, digits(odds / (1 + odds))),
      ...about,
      ...counts,
      ratio: digits(counts.closes / counts.expected),
      cohort: explanation.attribution.cohort,
      alsoPossible: explanation.attribution.alsoPossible,
      ...(relation ? { deploy: relation } : {}),
      ...wordsForCloseSpike(spike, relation),
    };
  }
}

function explain(one: CodeAlarm, facts: ServiceMoment['facts'], startedAt: number, until: number) {
  const { bugs, population } = spikeFacts(facts, one.stream, startedAt, until);
  return {
    bugs,
    population,
    attribution: explainExcess(
      bugs,
      population,
      0,
      subjectOf(one.stream).kind === 'close' ? expectedBugs : expectedAlike,
    ),
  };
}

function fieldsOf(subject: SpikeSubject): Pick<Verdict, 'code' | 'httpStatus'> {
  if (subject.kind === 'close') return { code: subject.code };
  return subject.kind === 'handshake' ? { httpStatus: subject.status } : {};
}

function keyOf(one: CodeAlarm): string {
  return `spike ${one.stream} ${startOf(one)}`;
}

function startOf({ alarm: { since, firstAt } }: CodeAlarm): number {
  return Math.max(since * STREAM_BIN, firstAt ?? 0);
}

/** As many significant digits as a reader can use. */
function digits(value: number): number {
  return Number(value.toPrecision(3));
}
