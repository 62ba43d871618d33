import { rollbackHelps } from '../attribution/rollback-helps.ts';
import type { Connection } from '../connection.ts';
import type { VerdictDeploy } from '../verdict.ts';
import type { Deploy } from './deploys.ts';

/** A bug that begins this soon after a deploy's end is still told beside it. */
const AFTER = 30 * 60_000; // 30 min

/** The deploy that a change stands to: the last one that had begun by then. Null where none is known. */
export function deployBefore(deploys: readonly Deploy[], startedAt: number): Deploy | null {
  return deploys.findLast(deploy => deploy.startedAt <= startedAt) ?? null;
}

/** How a payload bug that began at `startedAt` (epoch milliseconds) stands to a deploy, and whether taking it back would help. */
export function relationTo(
  deploy: Deploy,
  startedAt: number,
  bugs: readonly Connection[],
  population: readonly Connection[],
): VerdictDeploy {
  const secondsAfterStart = Math.round((startedAt - deploy.startedAt) / 1_000);
  const base = { version: deploy.version, secondsAfterStart };
  if (deploy.endedAt !== null && startedAt > deploy.endedAt + AFTER) return { ...base, relation: 'none' };
  const relation = deploy.endedAt === null || startedAt <= deploy.endedAt ? 'began_inside' : 'began_after';
  return {
    ...base,
    relation,
    rollback: rollbackHelps(bugs, population, { fromVersion: deploy.fromVersion, toVersion: deploy.version }),
  };
}
