import type { DeliveryOutcome, DueMessage, OutboxEntry, OutboxMessage } from '../store.ts';
import { StoreError } from '../store-error.ts';
import type { ReadSession, WriteSession } from './session.ts';
import { millisecondsFrom, timestampFrom } from './timestamp.ts';

const INSERT_MESSAGE = `INSERT INTO outbox (id, verdict_id, channel, body, created_at, due_at)
  SELECT $id, $verdictId, $channel, $body, ${timestampFrom('$createdAt')}, ${timestampFrom('$createdAt')}
  WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE id = $id)`;

/** Queues messages; one whose id is known already stays as it is. */
export async function queueMessages(session: WriteSession, messages: readonly OutboxMessage[]): Promise<void> {
  for (const { id, verdictId, channel, body, createdAt } of messages) {
    await session.run(INSERT_MESSAGE, { id, verdictId, channel, body, createdAt });
  }
}

const MESSAGE = `id, verdict_id AS "verdictId", channel, body, ${millisecondsFrom('created_at')} AS "createdAt",
  attempts::DOUBLE AS attempts, ${millisecondsFrom('due_at')} AS "dueAt"`;

const READ_DUE = `SELECT ${MESSAGE} FROM outbox WHERE state = 'due' AND due_at <= ${timestampFrom('$now')}
  ORDER BY due_at, position LIMIT $limit::BIGINT`;

export function readDueMessages(session: ReadSession, now: number, limit: number): Promise<DueMessage[]> {
  return session.rows<DueMessage>(READ_DUE, { now, limit });
}

const READ_OUTBOX = `SELECT ${MESSAGE}, state, ${millisecondsFrom('delivered_at')} AS "deliveredAt", problem
  FROM outbox WHERE ($verdictId IS NULL OR verdict_id = $verdictId) ORDER BY position DESC LIMIT $limit::BIGINT`;

export function readOutbox(
  session: ReadSession,
  { verdictId = null, limit }: { verdictId?: string | null; limit: number },
): Promise<OutboxEntry[]> {
  return session.rows<OutboxEntry>(READ_OUTBOX, { verdictId, limit });
}

const RECORD_DELIVERY = `UPDATE outbox SET attempts = attempts + 1, state = $state,
    due_at = coalesce(${timestampFrom('$dueAt')}, due_at), delivered_at = ${timestampFrom('$deliveredAt')},
    http_status = $status::USMALLINT, problem = $problem
  WHERE id = $id`;

/** Writes down one attempt. Throws StoreError where no such message was queued. */
export async function recordDelivery(session: WriteSession, id: string, outcome: DeliveryOutcome): Promise<void> {
  const changed = await session.run(RECORD_DELIVERY, {
    id,
    state: outcome.state === 'retry' ? 'due' : outcome.state,
    dueAt: outcome.state === 'retry' ? outcome.dueAt : null,
    deliveredAt: outcome.state === 'delivered' ? outcome.at : null,
    status: outcome.state === 'delivered' ? outcome.status : null,
    problem: outcome.state === 'delivered' ? null : outcome.problem,
  });
  if (changed === 0) throw new StoreError('STORE_NO_SUCH_MESSAGE', `expected a queued message, got the id "${id}"`);
}
