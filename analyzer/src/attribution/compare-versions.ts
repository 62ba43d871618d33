import type { Connection } from '../connection.ts';
import { binomialTail } from '../statistics/binomial-tail.ts';
import type { VerdictDeploy } from '../verdict.ts';
import { EXPECTED_UNIT, expectedBugs } from './expected-bugs.ts';
import { freshSince, isFresh } from './fresh-since.ts';

/** The versions of a deploy. */
export interface DeployVersions {
  fromVersion: string | null;
  toVersion: string;
}

/** Sick clients on the new version and on the old one, each counted where it first failed, and what each would have by its exposure. */
export interface VersionComparison {
  onNew: number;
  onOld: number;
  expectedOnNew: number;
  expectedOnOld: number;
  /** Whether going back to the old version would end it. */
  rollback: NonNullable<VerdictDeploy['rollback']>;
}

/** A rollback helps when the new version's rate is shown to be more than this many times the old one's. */
const CLEARLY_MORE = 2; // it would at least halve the bugs
/** It does not when the rate is shown to be less than this many times the old one's. */
const ALIKE = 4; // a bug of the new version alone shows as far more, beside a background that both have
/** How seldom chance may give either answer. */
const CHANCE = 0.05;

/**
 * The rate of sick clients on the new server version against that on the old one, by binomial tests on the ratio of the two rates (Przyborowski
 * and Wilenski 1940); what each is due is weighed by age and time (see `expectedBugs`). `would_help` has to hold among all connections and among
 * those opened since the bug began: in a roll the new version gets all the opens, and with them all the bugs that come soon after one.
 */
export function compareVersions(
  bugs: readonly Connection[],
  population: readonly Connection[],
  { fromVersion, toVersion }: DeployVersions,
): VersionComparison {
  const since = freshSince(bugs);
  const all = countsOf(bugs, population, { fromVersion, toVersion });
  if (fromVersion === null || fromVersion === toVersion) return { ...all, rollback: 'unknown' };
  const fresh = countsOf(
    bugs,
    population.filter(connection => isFresh(connection, since)),
    { fromVersion, toVersion },
  );
  return { ...all, rollback: rollbackOf(all, fresh) };
}

type Counts = Omit<VersionComparison, 'rollback'>;

function countsOf(
  bugs: readonly Connection[],
  population: readonly Connection[],
  { fromVersion, toVersion }: DeployVersions,
): Counts {
  const { first, ofConnection } = expectedBugs(bugs, population);
  const counts = { onNew: 0, onOld: 0, expectedOnNew: 0, expectedOnOld: 0 };
  for (const { serviceVersion } of first) {
    if (serviceVersion === toVersion) counts.onNew++;
    else if (serviceVersion === fromVersion) counts.onOld++;
  }
  for (let index = 0; index < population.length; index++) {
    const { serviceVersion } = population[index]!;
    if (serviceVersion === toVersion) counts.expectedOnNew += ofConnection[index]!;
    else if (serviceVersion === fromVersion) counts.expectedOnOld += ofConnection[index]!;
  }
  counts.expectedOnNew /= EXPECTED_UNIT;
  counts.expectedOnOld /= EXPECTED_UNIT;
  return counts;
}

function rollbackOf(all: Counts, fresh: Counts): VersionComparison['rollback'] {
  if (all.expectedOnNew === 0 || all.expectedOnOld === 0) return 'unknown';
  const { onNew } = all;
  const sick = onNew + all.onOld;
  const chanceUnder = (ratio: number, { expectedOnNew, expectedOnOld }: Counts) =>
    (ratio * expectedOnNew) / (ratio * expectedOnNew + expectedOnOld);
  const isMoreOnNew = [all, fresh].every(
    counts =>
      counts.expectedOnOld > 0 &&
      counts.expectedOnNew > 0 &&
      binomialTail(onNew, sick, chanceUnder(CLEARLY_MORE, counts)) <= CHANCE,
  );
  if (isMoreOnNew) return 'would_help';
  const fewerThanOfItsOwn = 1 - binomialTail(onNew + 1, sick, chanceUnder(ALIKE, all));
  return fewerThanOfItsOwn <= CHANCE ? 'would_not_help' : 'unknown';
}
