import { isInCohort } from '../attribution/cohort-field.ts';
import { firstBugOfEachClient } from '../attribution/first-bug-of-each-client.ts';
import { type Connection, clientKey } from '../connection.ts';
import type { CohortTerm } from '../verdict.ts';
import { counted, number } from './numbers.ts';
import { plainText } from './plain-text.ts';
import { returnsPhrase } from './returns-phrase.ts';
import type { PayloadBugStory } from './words-for-payload-bug.ts';

/** Outside of the cohort's own this share of the bugs at most, or nothing is said of the others. */
const FEW = 0.1; // a tenth: what the noise of other bugs may be

/** What was ruled out for a payload bug, each with the numbers that rule it out; without them it is not mentioned. */
export function dismissedForPayloadBug(story: PayloadBugStory): string[] {
  const { incident, attribution } = story;
  return [
    ...theNewServer(story),
    ...theWave(story),
    ...oneNoisyClient(incident.bugs),
    ...everybodyElse(incident.bugs, incident.population, attribution.cohort),
  ];
}

function theNewServer({ incident, deploy, wave }: PayloadBugStory): string[] {
  const from = wave?.fromVersion ?? null;
  if (deploy?.rollback !== 'would_not_help' || from === null) return [];
  const first = firstBugOfEachClient(incident.bugs);
  const before = first.filter(bug => bug.serviceVersion === from).length;
  if (before === 0) return [];
  return [
    `Server ${plainText(deploy.version)}: ${number(before)} of the ${counted(first.length, 'client')} failed on ${plainText(from)} first.`,
  ];
}

function theWave({ wave }: PayloadBugStory): string[] {
  if (wave === null) return [];
  const back = wave.followed === 0 ? '' : `, and ${returnsPhrase(wave)}`;
  if (wave.kind === 'deploy_wave') return [`The deploy wave: ${counted(wave.closes, 'close')} are expected${back}.`];
  return [`The restart wave: its ${counted(wave.closes, 'close')} are no payload bugs${back}.`];
}

function oneNoisyClient(bugs: readonly Connection[]): string[] {
  const counts = new Map<string, number>();
  for (const bug of bugs) counts.set(clientKey(bug), (counts.get(clientKey(bug)) ?? 0) + 1);
  const busiest = [...counts.values()].reduce((most, count) => Math.max(most, count), 0);
  if (counts.size < 3 || busiest * 2 > bugs.length) return [];
  return [
    `One noisy client: the busiest of the ${number(counts.size)} has ${number(busiest)} of the ${number(bugs.length)}.`,
  ];
}

function everybodyElse(
  bugs: readonly Connection[],
  population: readonly Connection[],
  cohort: readonly CohortTerm[],
): string[] {
  if (cohort.length === 0) return [];
  const otherBugs = bugs.filter(bug => !isInCohort(bug, cohort)).length;
  const others = population.filter(connection => !isInCohort(connection, cohort)).length;
  if (others === 0 || otherBugs > bugs.length * FEW) return [];
  const had = otherBugs === 0 ? 'none' : number(otherBugs);
  return [`A fault that hits everybody: the other ${counted(others, 'connection')} had ${had}.`];
}
