import type { VerdictChanges, VerdictQuery, VerdictRecord, VerdictTransition } from '../store.ts';
import { queueMessages } from './outbox.ts';
import type { ReadSession, WriteSession } from './session.ts';
import { millisecondsFrom, timestampFrom } from './timestamp.ts';

/** Verdicts that one read gives where the caller names no limit. */
const DEFAULT_VERDICT_LIMIT = 1_000;

const FORGET_VERDICT = 'DELETE FROM verdicts WHERE id = $id';
const INSERT_VERDICT = `INSERT INTO verdicts (id, kind, status, service, environment, started_at, ended_at, document)
  VALUES ($id, $kind, $status, $service, $environment, ${timestampFrom('$startedAt')}, ${timestampFrom('$endedAt')},
    $document)`;
const INSERT_TRANSITION = `INSERT INTO verdict_transitions (verdict_id, type, happened_at, document)
  VALUES ($verdictId, $type, ${timestampFrom('$at')}, $document)`;

/** Keeps verdicts, their transitions and their messages: one transaction, given by the session. Gives how many transitions there are. */
export async function keepVerdicts(session: WriteSession, changes: VerdictChanges): Promise<number> {
  for (const { id, kind, status, service, environment, startedAt, endedAt, document } of changes.verdicts) {
    await session.run(FORGET_VERDICT, { id });
    const columns = { id, kind, status, service, environment, startedAt, endedAt };
    await session.run(INSERT_VERDICT, { ...columns, document: JSON.stringify(document) });
  }
  for (const { verdictId, type, at, document } of changes.transitions) {
    await session.run(INSERT_TRANSITION, { verdictId, type, at, document: JSON.stringify(document) });
  }
  await queueMessages(session, changes.messages);
  return countTransitions(session);
}

type Stored<Row> = Omit<Row, 'document'> & { document: string };

const READ_VERDICTS = `SELECT id, kind, status, service, environment, ${millisecondsFrom('started_at')} AS "startedAt",
    ${millisecondsFrom('ended_at')} AS "endedAt", document
  FROM verdicts
  WHERE ($id IS NULL OR id = $id) AND ($service IS NULL OR service = $service)
    AND ($environment IS NULL OR environment = $environment) AND ($kind IS NULL OR kind = $kind)
    AND ($status IS NULL OR status = $status)
    AND ($to IS NULL OR started_at < ${timestampFrom('$to')})
    AND ($from IS NULL OR ended_at IS NULL OR ended_at >= ${timestampFrom('$from')})
  ORDER BY started_at DESC, id LIMIT $limit::BIGINT`;

export async function readVerdicts(session: ReadSession, query: VerdictQuery): Promise<VerdictRecord[]> {
  const { id = null, service = null, environment = null, kind = null, status = null, from = null, to = null } = query;
  const limit = query.limit ?? DEFAULT_VERDICT_LIMIT;
  const filter = { id, service, environment, kind, status, from, to, limit };
  const rows = await session.rows<Stored<VerdictRecord>>(READ_VERDICTS, filter);
  return rows.map(row => ({ ...row, document: JSON.parse(row.document) }));
}

const COUNT_TRANSITIONS = 'SELECT count(*)::DOUBLE AS transitions FROM verdict_transitions';

export async function countTransitions(session: ReadSession): Promise<number> {
  return (await session.rows<{ transitions: number }>(COUNT_TRANSITIONS))[0]!.transitions;
}

const READ_TRANSITIONS = `SELECT verdict_id AS "verdictId", type, ${millisecondsFrom('happened_at')} AS "at", document
  FROM verdict_transitions WHERE verdict_id = $verdictId ORDER BY position`;

export async function readTransitions(session: ReadSession, verdictId: string): Promise<VerdictTransition[]> {
  const rows = await session.rows<Stored<VerdictTransition>>(READ_TRANSITIONS, { verdictId });
  return rows.map(row => ({ ...row, document: JSON.parse(row.document) }));
}
