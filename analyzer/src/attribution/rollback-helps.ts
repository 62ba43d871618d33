import type { Connection } from '../connection.ts';
import { binomialTail } from '../statistics/binomial-tail.ts';
import type { VerdictDeploy } from '../verdict.ts';
import { clientVotes } from './client-votes.ts';
import { firstBugOfEachClient } from './first-bug-of-each-client.ts';
import { freshSince, isFresh } from './fresh-since.ts';

/** The versions of a deploy. */
export interface DeployVersions {
  fromVersion: string | null;
  toVersion: string;
}

/** A rollback helps when the new version's rate is shown to be more than this many times the old one's. */
const CLEARLY_MORE = 2; // it would at least halve the bugs
/** It does not when the rate is shown to be less than this many times the old one's. */
const ALIKE = 4; // a bug of the new version alone shows as far more, beside a background that both have
/** How seldom chance may give either answer. */
const CHANCE = 0.05;

/**
 * Whether going back to the old server version would end it: the rate of sick clients on the new version against that on
 * the old one, each client counted where it first failed, by binomial tests on the ratio of the two rates (Przyborowski
 * and Wilenski 1940). `would_help` has to hold among all connections and among those opened since the bug began: in a
 * roll the new version gets all the opens, and with them all the bugs that come with a first message.
 */
export function rollbackHelps(
  bugs: readonly Connection[],
  population: readonly Connection[],
  { fromVersion, toVersion }: DeployVersions,
): NonNullable<VerdictDeploy['rollback']> {
  if (fromVersion === null || fromVersion === toVersion) return 'unknown';
  const first = firstBugOfEachClient(bugs);
  const onNew = first.filter(bug => bug.serviceVersion === toVersion).length;
  const onOld = first.filter(bug => bug.serviceVersion === fromVersion).length;
  const since = freshSince(bugs);
  const exposures = [population, population.filter(connection => isFresh(connection, since))].map(connections => ({
    onNew: votesOf(connections, toVersion),
    onOld: votesOf(connections, fromVersion),
  }));
  if (exposures[0]!.onNew === 0 || exposures[0]!.onOld === 0) return 'unknown';

  const chanceUnder = (ratio: number, exposure: { onNew: number; onOld: number }) =>
    (ratio * exposure.onNew) / (ratio * exposure.onNew + exposure.onOld);
  const moreOnNew = exposures.every(
    exposure =>
      exposure.onOld > 0 &&
      exposure.onNew > 0 &&
      binomialTail(onNew, onNew + onOld, chanceUnder(CLEARLY_MORE, exposure)) <= CHANCE,
  );
  if (moreOnNew) return 'would_help';
  const fewerThanOfItsOwn = 1 - binomialTail(onNew + 1, onNew + onOld, chanceUnder(ALIKE, exposures[0]!));
  return fewerThanOfItsOwn <= CHANCE ? 'would_not_help' : 'unknown';
}

function votesOf(connections: readonly Connection[], version: string): number {
  const votes = clientVotes(connections);
  return connections.reduce(
    (sum, connection, index) => sum + (connection.serviceVersion === version ? votes[index]! : 0),
    0,
  );
}
