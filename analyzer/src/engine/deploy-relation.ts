import type { DeployVersions } from '../attribution/compare-versions.ts';
import type { IncidentState } from '../detect/incident-state.ts';
import type { VerdictDeploy } from '../verdict.ts';
import type { Deploy } from './deploys.ts';
import type { Explanation } from './incident-verdict.ts';

/** A bug that begins this soon after a deploy's end is still told beside it. */
const AFTER = 30 * 60_000; // 30 min

/** The deploy that a change stands to: the last one that had begun by then. Null where none is known. */
export function deployBefore(deploys: readonly Deploy[], startedAt: number): Deploy | null {
  return deploys.findLast(deploy => deploy.startedAt <= startedAt) ?? null;
}

/** The versions that a deploy goes from and to. */
export function versionsOf({ fromVersion, version }: Deploy): DeployVersions {
  return { fromVersion, toVersion: version };
}

/** How a payload bug stands to a deploy, and whether taking that back would help; the test of versions may have shown it already. */
export function relationTo(
  deploy: Deploy,
  { startedAt, foundBy }: Pick<IncidentState, 'startedAt' | 'foundBy'>,
  { compare }: Pick<Explanation, 'compare'>,
): VerdictDeploy {
  const secondsAfterStart = Math.round((startedAt - deploy.startedAt) / 1_000);
  const base = { version: deploy.version, secondsAfterStart };
  if (deploy.endedAt !== null && startedAt > deploy.endedAt + AFTER) return { ...base, relation: 'none' };
  const relation = deploy.endedAt === null || startedAt <= deploy.endedAt ? 'began_inside' : 'began_after';
  const isShown = foundBy.some(
    ({ version }) => version?.kind === 'serviceVersion' && version.version === deploy.version,
  );
  return { ...base, relation, rollback: isShown ? 'would_help' : compare(versionsOf(deploy)).rollback };
}
