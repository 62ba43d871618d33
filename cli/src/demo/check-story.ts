import { isDeepStrictEqual } from 'node:util';
import type { Verdict, VerdictEvent } from '@closewatch/analyzer';
import type { FleetTruth } from './fleet-line.ts';

/** All that is known when the demo's story is over. */
export interface StoryOutcome {
  truth: FleetTruth;
  /** Every verdict of the live run. */
  verdicts: readonly Verdict[];
  /** Every message that the pager accepted. */
  pages: readonly VerdictEvent[];
  /** The verdicts of a replay of the run's own history. */
  replayed: readonly Verdict[];
}

/**
 * Compares what Closewatch said with what the fleet did.
 *
 * @returns what is wrong, a line each; empty when the verdicts are right
 */
export function checkStory({ truth, verdicts, pages, replayed }: StoryOutcome): string[] {
  const bugs = verdicts.filter(verdict => verdict.kind === 'payload_bug');
  const waves = verdicts.filter(verdict => verdict.kind === 'deploy_wave');
  const others = verdicts.filter(verdict => verdict.kind !== 'payload_bug' && verdict.kind !== 'deploy_wave');
  return [
    ...expectEqual('payload bugs', bugs.length, 1),
    ...expectEqual('deploy waves', waves.map(wave => wave.deploy?.version).sort(), [...truth.deploys].sort()),
    ...expectEqual(
      'other verdicts',
      others.map(other => other.headline),
      [],
    ),
    ...bugs.flatMap(bug => checkBug(bug, truth)),
    ...expectEqual(
      'pages sent',
      pages.map(page => `${page.type} ${page.data.kind}`),
      ['verdict.opened payload_bug'],
    ),
    ...expectEqual('the replayed history', withoutIds(replayed), withoutIds(verdicts)),
  ];
}

function checkBug(bug: Verdict, truth: FleetTruth): string[] {
  const { defect, signature, offset, sender } = truth;
  return [
    ...expectEqual('service', [bug.service, bug.environment], [truth.service, truth.environment]),
    ...expectEqual('severity', bug.severity, 'page'),
    ...expectEqual('cohort', bug.cohort, [{ attribute: 'websocket.client.version', value: truth.clientVersion }]),
    ...expectEqual('payload', bug.payload, { defect, signature, offset, sender }),
    ...expectEqual('deploy relation', bug.deploy?.relation, 'began_inside'),
    ...expectEqual('deploy version', bug.deploy?.version, truth.deploys.at(-1)),
  ];
}

function withoutIds(verdicts: readonly Verdict[]): unknown[] {
  return verdicts
    .map(({ id: _id, ...rest }) => rest)
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.kind.localeCompare(b.kind));
}

function expectEqual(what: string, got: unknown, expected: unknown): string[] {
  return isDeepStrictEqual(got, expected)
    ? []
    : [`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`];
}
