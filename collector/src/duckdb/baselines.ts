import type { KeptBaseline } from '../kept-baseline.ts';
import type { FileSession } from './file-session.ts';
import type { ReadSession, WriteSession } from './session.ts';
import { millisecondsFrom, timestampFrom } from './timestamp.ts';

/** Its table, in the main file. */
export const CREATE_BASELINES =
  'CREATE TABLE baselines (service VARCHAR NOT NULL, environment VARCHAR, kept_at TIMESTAMP, document VARCHAR)';

/** From version 2 of the main file, which had none. */
export async function migrateToBaselines(files: FileSession): Promise<void> {
  await files.run('BEGIN');
  await files.run(CREATE_BASELINES);
  await files.run('UPDATE schema_version SET version = 3');
  await files.run('COMMIT');
}

const FORGET_OLD = `DELETE FROM baselines WHERE kept_at < ${timestampFrom('$before')}`;
const FORGET_SAME = `DELETE FROM baselines WHERE service = $service AND environment IS NOT DISTINCT FROM $environment
  AND kept_at = ${timestampFrom('$at')}`;
const INSERT_BASELINE = `INSERT INTO baselines (service, environment, kept_at, document)
  VALUES ($service, $environment, ${timestampFrom('$at')}, $document)`;

/** Keeps baselines, and forgets those of before a time (epoch milliseconds); one of the same service and time is replaced. */
export async function keepBaselines(
  session: WriteSession,
  baselines: readonly KeptBaseline[],
  before: number,
): Promise<void> {
  await session.run(FORGET_OLD, { before });
  for (const { service, environment, at, document } of baselines) {
    await session.run(FORGET_SAME, { service, environment, at });
    await session.run(INSERT_BASELINE, { service, environment, at, document: JSON.stringify(document) });
  }
}

const READ_BASELINES = `SELECT service, environment, ${millisecondsFrom('kept_at')} AS "at", document
  FROM baselines WHERE kept_at <= ${timestampFrom('$until')}
  QUALIFY row_number() OVER (PARTITION BY service, environment ORDER BY kept_at DESC) = 1
  ORDER BY service, environment NULLS FIRST`;

export async function readBaselines(session: ReadSession, until: number): Promise<KeptBaseline[]> {
  const rows = await session.rows<Omit<KeptBaseline, 'document'> & { document: string }>(READ_BASELINES, { until });
  return rows.map(row => ({ ...row, document: JSON.parse(row.document) }));
}
