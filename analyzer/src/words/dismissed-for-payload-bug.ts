import { clientKey } from '../connection.ts';
import { counted, duration, number } from './numbers.ts';
import { plainText } from './plain-text.ts';
import { returnsPhrase } from './returns-phrase.ts';
import type { PayloadBugStory } from './words-for-payload-bug.ts';

/** Outside of the cohort's own this share of the bugs at most, or nothing is said of the others. */
const FEW = 0.1; // a tenth: what the noise of other bugs may be

/** What was ruled out for a payload bug, each with the numbers that rule it out; without them it is not mentioned. */
export function dismissedForPayloadBug(story: PayloadBugStory): string[] {
  return [
    ...theNewServer(story),
    ...anotherDeploy(story),
    ...clientsThatCameFirst(story),
    ...theWave(story),
    ...oneNoisyClient(story),
    ...everybodyElse(story),
    ...theNetwork(story),
    ...aProxy(story),
  ];
}

function theNewServer({ deploy, versions, fromVersion }: PayloadBugStory): string[] {
  if (deploy?.rollback !== 'would_not_help' || versions === null || fromVersion === null) return [];
  const sick = versions.onNew + versions.onOld;
  const share = (versions.expectedOnNew / (versions.expectedOnNew + versions.expectedOnOld)) * sick;
  return [
    `Server ${plainText(deploy.version)}: ${number(versions.onNew)} of the ${counted(sick, 'client')} failed first on it, where ${number(share)} would be its share, and ${number(versions.onOld)} on ${plainText(fromVersion)}.`,
  ];
}

function anotherDeploy({ deploy }: PayloadBugStory): string[] {
  if (deploy === null) return ['A deploy: no marker and no new version came before it.'];
  if (deploy.relation !== 'none') return [];
  return [`A deploy: the last one, ${plainText(deploy.version)}, began ${duration(deploy.secondsAfterStart)} before.`];
}

/** The confounder of comparing versions in a roll: who is back first meets the new version first. */
function clientsThatCameFirst({ incident }: PayloadBugStory): string[] {
  return incident.found.flatMap(({ version: finding }) => {
    if (finding === null || finding.kind !== 'serviceVersion') return [];
    const { version, sick, sickOnNew, expectedOnNew, expectedUnstratified } = finding;
    return [
      `The clients that came back first: client by client and region by region ${plainText(version)} was due ${number(expectedOnNew)} of the ${number(sick)}, all together ${number(expectedUnstratified)}; it has ${number(sickOnNew)}.`,
    ];
  });
}

function theWave({ wave }: PayloadBugStory): string[] {
  if (wave === null) return [];
  const back = wave.followed === 0 ? '' : `, and ${returnsPhrase(wave)}`;
  if (wave.kind === 'deploy_wave') return [`The deploy wave: ${counted(wave.closes, 'close')} are expected${back}.`];
  return [`The restart wave: its ${counted(wave.closes, 'close')} are no payload bugs${back}.`];
}

function oneNoisyClient({ incident: { bugs } }: PayloadBugStory): string[] {
  const counts = new Map<string, number>();
  for (const bug of bugs) counts.set(clientKey(bug), (counts.get(clientKey(bug)) ?? 0) + 1);
  const busiest = [...counts.values()].reduce((most, count) => Math.max(most, count), 0);
  if (counts.size < 3 || busiest * 2 > bugs.length) return [];
  return [
    `One noisy client: the busiest of the ${number(counts.size)} has ${number(busiest)} of the ${number(bugs.length)}.`,
  ];
}

function everybodyElse({ attribution, counts }: PayloadBugStory): string[] {
  if (attribution.cohort.length === 0) return [];
  const others = counts.allConnections - counts.connections;
  const otherBugs = counts.allBugs - counts.bugs;
  if (others === 0 || otherBugs > counts.allBugs * FEW) return [];
  return [`A fault that hits everybody: the other ${counted(others, 'connection')} had ${none(otherBugs)}.`];
}

/** A connection that is cut says nothing: a close frame, or a defect that an end has found, is no network's doing. */
function theNetwork({ incident: { bugs }, counts }: PayloadBugStory): string[] {
  const refused = bugs.filter(bug => bug.payloadDefect !== null || bug.code === 1007).length;
  if (refused === 0 || refused < bugs.length * (1 - FEW)) return [];
  return [
    `A network drop: ${number(refused)} of the ${number(bugs.length)} were refused for what they carried; beside them ${none(counts.abnormal)} went away without a close frame.`,
  ];
}

/** What changes frames on the way changes them for all who come that way. A broken compression is a proxy's doing often enough. */
function aProxy({ attribution, payload, counts: { bugs, beside } }: PayloadBugStory): string[] {
  if (attribution.cohort.length === 0 || payload.defect === 'invalid_deflate') return [];
  if (beside.connections === 0 || beside.bugs > bugs * FEW) return [];
  const over = beside.instances === 1 ? 'instance' : `${number(beside.instances)} instances`;
  return [
    `A proxy on the way: of ${counted(beside.connections, 'other connection')} over the same ${over} ${none(beside.bugs)} had it.`,
  ];
}

function none(count: number): string {
  return count === 0 ? 'none' : number(count);
}
