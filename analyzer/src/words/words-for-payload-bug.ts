import type { Attribution } from '../attribution/attribution.ts';
import type { CohortCounts } from '../attribution/cohort-counts.ts';
import type { VersionComparison } from '../attribution/compare-versions.ts';
import type { PayloadKind } from '../attribution/payload-of.ts';
import type { Connection } from '../connection.ts';
import type { VersionFinding } from '../deploy-test/version-test.ts';
import type { PayloadBugIncident } from '../incident.ts';
import type { VerdictDeploy, VerdictPayload } from '../verdict.ts';
import type { Wave } from '../wave.ts';
import { cohortPhrase, whoSends } from './cohort-phrase.ts';
import { dismissedForPayloadBug } from './dismissed-for-payload-bug.ts';
import { counted, duration, number, percent } from './numbers.ts';
import { phraseOf, phraseOfKinds } from './payload-phrase.ts';
import { plainText } from './plain-text.ts';
import type { Words } from './words.ts';

/** All that is known of a payload-bug incident when it is put into words. */
export interface PayloadBugStory {
  incident: PayloadBugIncident;
  attribution: Attribution;
  payload: VerdictPayload;
  /** All kinds of payload of the cohort's bugs, the most frequent first. */
  kinds: readonly PayloadKind[];
  counts: CohortCounts;
  /** How it stands to a deploy; null where there is none near. */
  deploy: VerdictDeploy | null;
  /** The new version of that deploy against the old one, and the old one; null where there is no deploy near. */
  versions: VersionComparison | null;
  fromVersion: string | null;
  /** The wave that it began in or after; null where there is none. */
  wave: Wave | null;
}

/**
 * A payload bug in plain words: what first and who second, how to mend it, why we think so, and what was ruled out.
 * Only what the facts of the incident say; a line whose numbers are not known is left out.
 */
export function wordsForPayloadBug(story: PayloadBugStory): Words {
  const { incident, attribution, payload, kinds, counts, deploy } = story;
  const phrase = phraseOfKinds(kinds);
  const who = whoSends(attribution.cohort, payload.sender, phrase.sends);
  const rollback = deploy?.rollback === 'would_help' ? ` A rollback of ${plainText(deploy.version)} would help.` : '';
  return {
    headline: `1007 bug spike in ${plainText(incident.service)}: ${who}`,
    mend: `${phrase.mend}${rollback}`,
    evidence: [
      excessLine(incident),
      ...findingLines(incident),
      ...cohortLines(incident, attribution, counts),
      ...kinds.slice(0, KINDS_TOLD).flatMap(kind => payloadLine(incident.bugs, kind)),
      ...senderLine(incident.bugs, payload),
      ...deployLine(deploy),
      ...rollbackLine(story),
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

/** How it was found, where that was not by the rate of the whole service alone. */
function findingLines({ found }: PayloadBugIncident): string[] {
  const [first] = found;
  const isSeenInAll = found.some(({ by }) => by === 'rate');
  const rest = isSeenInAll ? '' : ': in all of the service it does not stand out';
  const cohort = first?.by === 'cohort' ? [`It was found among ${plainText(first.about ?? '')} alone${rest}.`] : [];
  return [...cohort, ...found.flatMap(({ version }) => (version === null ? [] : [versionLine(version)]))];
}

function versionLine({ kind, version, sick, sickOnNew, expectedOnNew, evidence }: VersionFinding): string {
  const who = `${kind === 'serviceVersion' ? 'server' : 'client'} ${plainText(version)}`;
  const share = `${number(sickOnNew)} of ${counted(sick, 'sick client')} are on it, where ${number(expectedOnNew)} would be its share`;
  return `The test of versions finds ${who}: ${share}; odds of ${number(Math.round(evidence))} to 1.`;
}

function cohortLines(
  { bugs }: PayloadBugIncident,
  { cohort, alsoPossible }: Attribution,
  counts: CohortCounts,
): string[] {
  if (cohort.length === 0) return spreadLine(bugs);
  const { allConnections, connections } = counts;
  const share = allConnections === 0 ? '' : `, ${percent(connections / allConnections)} of the connections`;
  const also = alsoPossible.map(terms => cohortPhrase(terms)).join('; or ');
  return [
    `${number(counts.bugs)} of ${number(counts.allBugs)} come from ${cohortPhrase(cohort)}${share}.`,
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

/** Kinds of payload that have a line of their own. */
const KINDS_TOLD = 3;

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

/** What speaks for a rollback, or why nothing can be said; what speaks against it stands among the dismissed. */
function rollbackLine({ deploy, versions, fromVersion }: PayloadBugStory): string[] {
  if (versions === null || fromVersion === null || deploy === null || deploy.rollback === 'would_not_help') return [];
  const { onNew, onOld, expectedOnNew, expectedOnOld } = versions;
  const [to, from] = [plainText(deploy.version), plainText(fromVersion)];
  const sick = onNew + onOld;
  if (deploy.rollback === 'would_help') {
    const due = expectedOnNew + expectedOnOld;
    const share = due === 0 ? '' : `, where ${number((expectedOnNew / due) * sick)} would be its share`;
    return [
      `Server ${to} has ${number(onNew)} of the ${counted(sick, 'client')} that failed first on it or ${from}${share}.`,
    ];
  }
  return [
    `Whether a rollback would help can’t be told: ${counted(onNew, 'client')} failed first on ${to}, ${number(onOld)} on ${from}.`,
  ];
}
