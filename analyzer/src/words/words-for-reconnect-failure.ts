import { isInCohort } from '../attribution/cohort-field.ts';
import type { ReconnectFailure } from '../reconnect/find-failure.ts';
import type { CohortTerm } from '../verdict.ts';
import type { Wave } from '../wave.ts';
import { cohortPhrase } from './cohort-phrase.ts';
import { counted, duration, number, percent } from './numbers.ts';
import { plainText } from './plain-text.ts';
import type { Words } from './words.ts';

/** All that is known of clients that don't come back when it is put into words. */
export interface ReconnectFailureStory {
  wave: Wave;
  failure: ReconnectFailure;
  cohort: readonly CohortTerm[];
  alsoPossible: readonly (readonly CohortTerm[])[];
}

/** What many clients take for the end of the conversation. */
const NORMAL = 1000;
/** Past this share of clients out, it is not some of them but what they come back to. */
const NEARLY_ALL = 0.9;
/** A code is worth naming where so large a share of those that are out were closed with it. */
const MOST = 0.9;

/** Clients that a wave cut off and that are not back, in plain words: how many, after which wave, who, and where to look. */
export function wordsForReconnectFailure(story: ReconnectFailureStory): Words {
  return {
    headline: headlineOf(story),
    mend: mendOf(story),
    evidence: [
      outLine(story.failure),
      waveLine(story.wave),
      ...backLine(story.wave),
      ...whoLines(story),
      ...codeLine(story),
    ],
    dismissed: dismissedFor(story),
  };
}

function headlineOf({ wave, failure, cohort }: ReconnectFailureStory): string {
  const { out, clients, endedAt } = failure;
  const service = plainText(wave.service);
  const after = `after ${nameOf(wave)}`;
  if (isMended(failure)) return `Clients of ${service} were slow to come back ${after}`;
  const who = cohort.length === 0 ? '' : `, most of them ${cohortPhrase(cohort)}`;
  const [is, of] = [
    endedAt === null ? 'are not back' : 'did not come back',
    `${number(out.length)} of ${number(clients.length)}`,
  ];
  return `${of} clients of ${service} ${is} ${after}${who}`;
}

function isMended({ out, clients, usualLeaving }: ReconnectFailure): boolean {
  return out.length <= Math.max(1, usualLeaving * clients.length);
}

/** `the deploy wave of 1.8.2`, `the restart wave`. */
function nameOf({ kind, toVersion }: Wave): string {
  return `the ${kind.replaceAll('_', ' ')}${toVersion === null ? '' : ` of ${plainText(toVersion)}`}`;
}

function mendOf(story: ReconnectFailureStory): string {
  const { failure, cohort } = story;
  const { out, clients } = failure;
  if (isMended(failure))
    return 'See why they took so long: instances that were late to listen, or clients that wait too long between tries.';
  if (isClosedAsDone(story))
    return 'Close with 1012 when a server restarts: many clients take 1000 for the end, and stay away.';
  if (out.length > NEARLY_ALL * clients.length)
    return 'See whether the instances listen, accept the handshake, and get what the load balancer sends.';
  if (cohort.length > 0)
    return `See how ${cohortPhrase(cohort)} reconnects: whether it tries at all, and what answers its handshakes.`;
  return 'See what answers the handshakes of those that try, and whether the others try at all.';
}

function isClosedAsDone({ failure: { out } }: ReconnectFailureStory): boolean {
  return out.filter(({ code }) => code === NORMAL).length >= MOST * out.length;
}

function outLine({ out, clients, usualLeaving }: ReconnectFailure): string {
  const usual = usualLeaving * clients.length;
  return `${number(out.length)} of ${counted(clients.length, 'client')} that were cut off 90 s ago or longer are out; the usual leaving (${percent(usualLeaving)}) would be ${number(usual)}.`;
}

function waveLine(wave: Wave): string {
  const began = new Date(wave.startedAt).toISOString().slice(11, 19);
  return `They were cut off by ${nameOf(wave)}, which began at ${began} UTC and closed ${counted(wave.closes, 'connection')}.`;
}

function backLine({ reconnect: { p50, backIn60s = 0, basis } }: Wave): string[] {
  const half = p50 === null ? '' : `; half of them after ${duration(p50)}`;
  return [
    `${percent(backIn60s)} were back within a minute${half}.`,
    ...(basis === 'aggregate'
      ? ['There are no client ids: opens are set against closes, so that only numbers are known.']
      : []),
  ];
}

function whoLines({ failure: { out, clients }, cohort, alsoPossible }: ReconnectFailureStory): string[] {
  if (cohort.length === 0) return [];
  const hit = out.filter(one => isInCohort(one, cohort)).length;
  const all = clients.filter(one => isInCohort(one, cohort)).length;
  const also = alsoPossible.map(terms => cohortPhrase(terms)).join('; or ');
  return [
    `${number(hit)} of the ${number(out.length)} are ${cohortPhrase(cohort)}, ${percent(all / clients.length)} of the clients.`,
    ...(also === '' ? [] : [`The data can’t tell it from: ${also}.`]),
  ];
}

function codeLine({ failure: { out } }: ReconnectFailureStory): string[] {
  const counts = new Map<number, number>();
  for (const { code } of out) counts.set(code ?? 1006, (counts.get(code ?? 1006) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  if (most === undefined || most[1] < MOST * out.length) return [];
  return [`${percent(most[1] / out.length)} of those that are out were closed with ${most[0]}.`];
}

function dismissedFor({ wave, failure }: ReconnectFailureStory): string[] {
  const left = wave.closes - wave.followed;
  return [
    `Usual leaving: less than ${seldom(failure.chance)} waves would have so many by it.`,
    ...(left > 0 ? [`Tabs that were closed, and clients without an id: those ${number(left)} are not counted.`] : []),
  ];
}

function seldom(chance: number): string {
  return `1 in ${number(10 ** Math.min(9, Math.floor(-Math.log10(Math.max(chance, 1e-9)))))}`;
}
