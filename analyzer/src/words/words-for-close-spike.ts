import { isInCohort } from '../attribution/cohort-field.ts';
import { closeCodeText } from '../codes/close-code-text.ts';
import { handshakeText } from '../codes/handshake-statuses.ts';
import { clientKey } from '../connection.ts';
import type { CloseSpike, SpikeSubject } from '../spike/close-spike.ts';
import type { VerdictDeploy } from '../verdict.ts';
import { cohortPhrase } from './cohort-phrase.ts';
import { counted, duration, number, percent } from './numbers.ts';
import { plainText } from './plain-text.ts';
import type { Words } from './words.ts';

/** How the subject of a spike is told. */
interface SubjectPhrase {
  /** After "spike of": `1011 (Internal Error)`. */
  named: string;
  /** What there are many of. */
  noun: string;
  meaning: string;
  /** Who sends it as a rule; empty where the answer itself says so. */
  sentBy: string;
  mend: string;
}

/** A spike of a close code, or of failed handshakes, in plain words: which, whose, what the code means, and what helps. */
export function wordsForCloseSpike(spike: CloseSpike, deploy: VerdictDeploy | null): Words {
  const phrase = phraseOf(spike.subject);
  const { cohort } = spike.attribution;
  const who = cohort.length === 0 ? '' : `: ${cohortPhrase(cohort)}`;
  const rollback = deploy?.rollback === 'would_help' ? ` A rollback of ${plainText(deploy.version)} would help.` : '';
  return {
    headline: `${phrase.named} spike in ${plainText(spike.service)}${who}`,
    mend: `${phrase.mend}${rollback}`,
    evidence: [
      excessLine(spike, phrase),
      phrase.meaning,
      ...senderLine(spike, phrase),
      ...cohortLines(spike),
      ...deployLine(deploy),
    ],
    dismissed: dismissedFor(spike),
  };
}

function phraseOf(subject: SpikeSubject): SubjectPhrase {
  if (subject.kind === 'handshake') {
    const { name, meaning, todo } = handshakeText(subject.status);
    const status = subject.status === null ? `Failed handshake (${name})` : `Handshake ${subject.status} (${name})`;
    return { named: status, noun: 'failed handshake', meaning, sentBy: '', mend: todo };
  }
  const text = subject.kind === 'close' ? closeCodeText(subject.code) : null;
  // A 1007 that is a payload bug is never counted here: what is left, an application says of itself.
  if (text !== null && text.code === 1007)
    return {
      named: '1007 (by the application)',
      noun: 'close',
      meaning:
        'The application itself closes with 1007: an argument that it does not take, not bytes that are not text.',
      sentBy: '',
      mend: 'Look for close(1007) in the application, and for what its clients send it since then.',
    };
  if (text !== null)
    return {
      named: `${text.code} (${text.name})`,
      noun: 'close',
      meaning: text.meaning,
      sentBy: text.sentBy,
      mend: text.todo,
    };
  return {
    named: 'Close codes of many kinds',
    noun: 'close',
    meaning: 'More codes and statuses are seen here than are counted apart: these are the rest, together.',
    sentBy: '',
    mend: 'Find who closes with so many codes: few applications need more than a handful.',
  };
}

function excessLine({ closes, expected, clients, startedAt, endedAt }: CloseSpike, { noun }: SubjectPhrase): string {
  const span = endedAt === null || endedAt <= startedAt ? '' : ` in ${duration((endedAt - startedAt) / 1000)}`;
  return `${counted(closes, noun)}, ${number(expected)} expected, of ${counted(clients, 'client')}${span}.`;
}

/** Who closes, as the ends saw it; and who does so as a rule. */
function senderLine({ bugs, subject }: CloseSpike, { sentBy }: SubjectPhrase): string[] {
  if (subject.kind === 'handshake') return [];
  const known = bugs.filter(({ initiator }) => initiator === 'local' || initiator === 'remote');
  const byServer = known.filter(({ initiator, countedRole }) => (initiator === 'local') === (countedRole === 'server'));
  const asRule = sentBy === '' ? [] : [`As a rule it is sent by: ${sentBy}`];
  if (known.length === 0) return asRule;
  const [end, count] =
    byServer.length * 2 >= known.length ? ['server', byServer.length] : ['client', known.length - byServer.length];
  return [`The ${end} closes, in ${number(count)} of ${number(known.length)}.`, ...asRule];
}

function cohortLines({ bugs, population, attribution: { cohort, alsoPossible } }: CloseSpike): string[] {
  if (cohort.length === 0) return [];
  const hit = bugs.filter(bug => isInCohort(bug, cohort)).length;
  const exposed = population.filter(connection => isInCohort(connection, cohort)).length;
  const also = alsoPossible.map(terms => cohortPhrase(terms)).join('; or ');
  return [
    `${number(hit)} of ${number(bugs.length)} come from ${cohortPhrase(cohort)}, ${percent(exposed / Math.max(1, population.length))} of what could have.`,
    ...(also === '' ? [] : [`The data can’t tell it from: ${also}.`]),
  ];
}

function deployLine(deploy: VerdictDeploy | null): string[] {
  if (deploy === null || deploy.relation === 'none') return [];
  const after = duration(Math.abs(deploy.secondsAfterStart));
  const when = deploy.secondsAfterStart < 0 ? 'before' : 'after';
  return [`It began ${after} ${when} deploy ${plainText(deploy.version)} did.`];
}

function dismissedFor({ bugs, inWaves }: CloseSpike): string[] {
  const counts = new Map<string, number>();
  for (const bug of bugs) counts.set(clientKey(bug), (counts.get(clientKey(bug)) ?? 0) + 1);
  const busiest = [...counts.values()].reduce((most, count) => Math.max(most, count), 0);
  const isMany = counts.size >= 3 && busiest * 2 <= bugs.length;
  return [
    ...(isMany
      ? [`One client that tries again and again: the busiest has ${number(busiest)} of the ${number(bugs.length)}.`]
      : []),
    `A restart or a crash: ${inWaves === 0 ? 'none' : number(inWaves)} of ${number(bugs.length)} belong to one.`,
  ];
}
