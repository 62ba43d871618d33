import type { DeployMarker } from '../store.ts';
import type { ReadSession, WriteSession } from './session.ts';
import { millisecondsFrom, timestampFrom } from './timestamp.ts';

const FORGET_DEPLOY = 'DELETE FROM deploys WHERE id = $id';
const INSERT_DEPLOY = `INSERT INTO deploys (id, service, environment, version, started_at, finished_at, link)
  VALUES ($id, $service, $environment, $version, ${timestampFrom('$startedAt')}, ${timestampFrom('$finishedAt')}, $link)`;

/** Keeps a marker; one with the same id is replaced. */
export async function keepDeploy(session: WriteSession, marker: DeployMarker): Promise<void> {
  await session.run(FORGET_DEPLOY, { id: marker.id });
  await session.run(INSERT_DEPLOY, { ...marker });
}

const READ_DEPLOYS = `SELECT id, service, environment, version, ${millisecondsFrom('started_at')} AS "startedAt",
    ${millisecondsFrom('finished_at')} AS "finishedAt", link
  FROM deploys
  WHERE started_at < ${timestampFrom('$to')} AND (finished_at IS NULL OR finished_at >= ${timestampFrom('$from')})
  ORDER BY started_at, id`;

export function readDeploys(session: ReadSession, from: number, to: number): Promise<DeployMarker[]> {
  return session.rows<DeployMarker>(READ_DEPLOYS, { from, to });
}
