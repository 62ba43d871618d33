import type { Attribution } from '../attribution/attribution.ts';
import { isInCohort } from '../attribution/cohort-field.ts';
import type { Connection } from '../connection.ts';
import type { PayloadBugIncident } from '../incident.ts';
import type { VerdictDeploy, VerdictPayload } from '../verdict.ts';
import type { Wave } from '../wave.ts';
import { cohortPhrase, whoSends } from './cohort-phrase.ts';
import { dismissedForPayloadBug } from './dismissed-for-payload-bug.ts';
import { counted, duration, number, percent } from './numbers.ts';
import { phraseOf } from './payload-phrase.ts';
import { plainText } from './plain-text.ts';
import type { Words } from './words.ts';

/** All that is known of a payload-bug incident when it is put into words. */
export interface PayloadBugStory {
  incident: PayloadBugIncident;
  attribution: Attribution;
  payload: VerdictPayload;
  /** How it stands to a deploy; null where there is none near. */
  deploy: VerdictDeploy | null;
  /** The wave that it began in or after; null where there is none. */
  wave: Wave | null;
}

/**
 * A payload bug in plain words: what first and who second, how to mend it, why we think so, and what was ruled out.
 * Only what the facts of the incident say; a line whose numbers are not known is left out.
 */
export function wordsForPayloadBug(story: PayloadBugStory): Words {
  const { incident, attribution, payload, deploy } = story;
  const phrase = phraseOf(payload);
  const who = whoSends(attribution.cohort, payload.sender, phrase.sends);
  const rollback = deploy?.rollback === 'would_help' ? ` A rollback of ${plainText(deploy.version)} would help.` : '';
  return {
    headline: `1007 bug spike in ${plainText(incident.service)}: ${who}`,
    mend: `${phrase.mend}${rollback}`,
    evidence: [
      excessLine(incident),
      ...cohortLines(incident, attribution),
      ...payloadLine(incident.bugs, payload),
      ...senderLine(incident.bugs, payload),
      ...deployLine(deploy),
    ],
    dismissed: dismissedForPayloadBug(story),
  };
}

function excessLine({ closes, expected, clients, bugs, startedAt, endedAt }: PayloadBugIncident): string {
  const until = endedAt ?? bugs.reduce((last, bug) => Math.max(last, bug.closedAt ?? last), startedAt);
  // Only the first bugs are kept: with more of them than that, the last one's time is not known here.
  const span = bugs.length < closes || until <= startedAt ? '' : ` in ${duration((until - startedAt) / 1000)}`;
  return `${counted(closes, 'payload close')}, ${number(expected)} expected, from ${counted(clients, 'client')}${span}.`;
}

function cohortLines({ bugs, population }: PayloadBugIncident, { cohort, alsoPossible }: Attribution): string[] {
  if (cohort.length === 0) return spreadLine(bugs);
  const hit = bugs.filter(bug => isInCohort(bug, cohort)).length;
  const exposed = population.filter(connection => isInCohort(connection, cohort)).length;
  const share = population.length === 0 ? '' : `, ${percent(exposed / population.length)} of the connections`;
  const also = alsoPossible.map(terms => cohortPhrase(terms)).join('; or ');
  return [
    `${number(hit)} of ${number(bugs.length)} come from ${cohortPhrase(cohort)}${share}.`,
    ...(also === '' ? [] : [`The data can’t tell it from: ${also}.`]),
  ];
}

function spreadLine(bugs: readonly Connection[]): string[] {
  const versions = new Set(bugs.map(bug => bug.clientVersion).filter(version => version !== null)).size;
  const instances = new Set(bugs.map(bug => bug.instance).filter(instance => instance !== null)).size;
  if (versions < 2 || instances < 2) return [];
  const over = `${counted(versions, 'client version')} and ${counted(instances, 'instance')}`;
  return [`Nobody stands out: they are spread over ${over}.`];
}

function payloadLine(bugs: readonly Connection[], payload: VerdictPayload): string[] {
  if (payload.defect === 'unknown' && payload.signature === 'unknown') return [];
  const phrase = phraseOf(payload);
  const known = bugs.filter(bug => bug.payloadDefect !== null || bug.payloadSignature !== null);
  const alike = known.filter(
    bug =>
      (bug.payloadDefect ?? 'unknown') === payload.defect && (bug.payloadSignature ?? 'unknown') === payload.signature,
  );
  const count = `in ${number(alike.length)} of ${number(bugs.length)}`;
  if (payload.offset === null || phrase.namesOffset) return [`${phrase.looks}, ${count}.`];
  return [`${phrase.looks}, the first bad one at offset ${number(payload.offset)}, ${count}.`];
}

function senderLine(bugs: readonly Connection[], { sender }: VerdictPayload): string[] {
  if (sender === 'unknown') return [];
  const sent = bugs.filter(bug => bug.payloadSender === sender);
  const who = sender === 'client' ? 'The clients send them' : 'The server sends them';
  return [`${who}, in ${number(sent.length)} of ${number(bugs.length)}${whenInTheConnection(sent)}.`];
}

/** Said where nine in ten agree, of those that know how many messages came before. */
function whenInTheConnection(sent: readonly Connection[]): string {
  const before = sent.map(bug => bug.payloadMessageIndex).filter(index => index !== null);
  if (before.length * 2 < sent.length || before.length === 0) return '';
  const shareUpTo = (most: number) => before.filter(index => index <= most).length / before.length;
  if (shareUpTo(0) >= 0.9) return ', as the first message after the open';
  return shareUpTo(1) >= 0.9 ? ', as the first or second message after the open' : '';
}

function deployLine(deploy: VerdictDeploy | null): string[] {
  if (deploy === null || deploy.relation === 'none') return [];
  const version = plainText(deploy.version);
  const after = duration(Math.abs(deploy.secondsAfterStart));
  if (deploy.relation === 'began_after') return [`It began after deploy ${version}, ${after} after that began.`];
  return [`It began ${after} ${deploy.secondsAfterStart < 0 ? 'before' : 'into'} deploy ${version}.`];
}
