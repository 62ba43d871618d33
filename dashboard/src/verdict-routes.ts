import type { Store, VerdictQuery, VerdictRecord } from '@closewatch/collector';
import { Router } from 'express';
import { type Delivery, deliveryFromOutboxEntry } from './delivery.ts';
import { type List, wholeList } from './list.ts';
import { RequestProblem } from './problem.ts';
import { checkSpan, oneOf, readQuery, text, time, wholeNumber } from './query.ts';
import { textFromVerdictCursor, type VerdictCursor, verdictCursor } from './verdict-cursor.ts';

const KINDS = [
  'payload_bug',
  'deploy_wave',
  'restart_wave',
  'unexpected_restart',
  'crash_loop',
  'network_drop',
  'proxy_reload',
  'idle_timeout',
  'close_spike',
  'reconnect_failure',
] as const;

const STATUSES = ['provisional', 'open', 'ended', 'withdrawn'] as const;

const VERDICT_QUERY = {
  from: time,
  to: time,
  service: text,
  environment: text,
  kind: oneOf(KINDS),
  status: oneOf(STATUSES),
  limit: wholeNumber(1, 500),
  cursor: verdictCursor,
};

/** Deliveries of one verdict that are shown: a verdict has a handful of transitions and channels. */
const MOST_DELIVERIES = 200;

/** `/verdicts`, `/verdicts/:id` and `/verdicts/:id/deliveries`. A verdict is the stored document, unchanged. */
export function verdictRoutes(store: Store): Router {
  const router = Router();

  router.get('/verdicts', async (request, response) => {
    const { cursor, limit = 50, ...filter } = readQuery(request.query, VERDICT_QUERY);
    if (filter.from !== undefined && filter.to !== undefined) checkSpan(filter.from, filter.to);
    response.json(await readVerdictPage(store, filter, limit, cursor));
  });

  router.get('/verdicts/:id', async (request, response) => {
    readQuery(request.query, {});
    response.json((await verdictById(store, request.params.id)).document);
  });

  router.get('/verdicts/:id/deliveries', async (request, response) => {
    readQuery(request.query, {});
    const { id } = await verdictById(store, request.params.id);
    const entries = await store.readOutbox({ verdictId: id, limit: MOST_DELIVERIES });
    const list: List<Delivery> = wholeList(entries.map(deliveryFromOutboxEntry));
    response.json(list);
  });

  return router;
}

async function verdictById(store: Store, id: string): Promise<VerdictRecord> {
  const [record] = await store.readVerdicts({ id, limit: 1 });
  if (record !== undefined) return record;
  throw new RequestProblem(404, 'not_found', 'No verdict has this id.', { got: id, expected: 'the id of a verdict' });
}

async function readVerdictPage(
  store: Store,
  filter: VerdictQuery,
  limit: number,
  cursor: VerdictCursor = { startedAt: Number.POSITIVE_INFINITY, given: 0 },
): Promise<List<VerdictRecord['document']>> {
  // The store's `to` is exclusive, and verdicts start at whole milliseconds.
  const to = Math.min(filter.to ?? Number.POSITIVE_INFINITY, cursor.startedAt + 1);
  const query = { ...filter, ...(Number.isFinite(to) ? { to } : {}), limit: cursor.given + limit + 1 };
  const records = (await store.readVerdicts(query)).slice(cursor.given);
  const items = records.slice(0, limit);
  const last = items.at(-1);
  if (last === undefined || records.length <= limit) return wholeList(items.map(record => record.document));
  const sameInstant = items.filter(record => record.startedAt === last.startedAt).length;
  const given = last.startedAt === cursor.startedAt ? cursor.given + sameInstant : sameInstant;
  const next = textFromVerdictCursor({ startedAt: last.startedAt, given });
  return { items: items.map(record => record.document), next };
}
