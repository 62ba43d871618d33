import type { Silence } from '../silence.ts';
import type { ReadSession, WriteSession } from './session.ts';
import { millisecondsFrom, timestampFrom } from './timestamp.ts';

/** Its table, in the main file. */
export const CREATE_SILENCES = `CREATE TABLE silences (id VARCHAR NOT NULL, matchers VARCHAR, starts_at TIMESTAMP,
  ends_at TIMESTAMP, author VARCHAR, reason VARCHAR)`;

const FORGET_SILENCE = 'DELETE FROM silences WHERE id = $id';
const INSERT_SILENCE = `INSERT INTO silences (id, matchers, starts_at, ends_at, author, reason)
  VALUES ($id, $matchers, ${timestampFrom('$startsAt')}, ${timestampFrom('$endsAt')}, $author, $reason)`;

/** Keeps a silence; one with the same id is replaced. */
export async function keepSilence(session: WriteSession, silence: Silence): Promise<void> {
  const { id, matchers, startsAt, endsAt, author, reason } = silence;
  await session.run(FORGET_SILENCE, { id });
  await session.run(INSERT_SILENCE, { id, matchers: JSON.stringify(matchers), startsAt, endsAt, author, reason });
}

const READ_SILENCES = `SELECT id, matchers, ${millisecondsFrom('starts_at')} AS "startsAt",
    ${millisecondsFrom('ends_at')} AS "endsAt", author, reason
  FROM silences WHERE $now IS NULL OR ends_at > ${timestampFrom('$now')} ORDER BY starts_at, id`;

export async function readSilences(session: ReadSession, now: number | null): Promise<Silence[]> {
  const rows = await session.rows<Omit<Silence, 'matchers'> & { matchers: string }>(READ_SILENCES, { now });
  return rows.map(row => ({ ...row, matchers: JSON.parse(row.matchers) }));
}
