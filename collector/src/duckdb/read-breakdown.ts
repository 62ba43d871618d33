import type { BreakdownQuery, BreakdownRow } from '../window-query.ts';
import { closesWithin, cohortCondition, countedExpression, IS_PAYLOAD_BUG } from './counted-fields.ts';
import type { DayCatalogue } from './day-catalogue.ts';
import { unionOfDays } from './day-relation.ts';
import type { ReadSession } from './session.ts';

/** Who it was. Ids are compared by a hash of 64 bits: a tenth of the memory, and of a million clients no two fall together in practice. */
const CLIENT = `CASE WHEN client_id IS NOT NULL THEN hash(client_id) WHEN connection_id IS NOT NULL THEN hash(connection_id)
  WHEN connection_id_text IS NOT NULL THEN hash(connection_id_text) END`;

/** Closes of a cohort by the values of one field: the largest first, and of equal ones in the order of their values. */
export function readBreakdown(
  session: ReadSession,
  catalogue: DayCatalogue,
  query: BreakdownQuery,
): Promise<BreakdownRow[]> {
  const { from, to, by, where = {}, payloadBugsOnly = false, limit } = query;
  const days = catalogue.overlapping(from, to);
  if (days.length === 0) return Promise.resolve([]);
  const { condition, parameters } = cohortCondition(where, countedExpression);
  const isBug = payloadBugsOnly ? IS_PAYLOAD_BUG : 'true';
  const closes = unionOfDays(
    days,
    relation => `SELECT ${countedExpression(by)} AS value, weight, ${CLIENT} AS client FROM ${relation}
      WHERE ${closesWithin(from, to)} AND ${condition} AND ${isBug}`,
    { clientIds: true, links: false },
  );
  return session.rows<BreakdownRow>(
    `SELECT value, round(sum(weight), 6) AS closes, count(DISTINCT client)::DOUBLE AS clients FROM (${closes})
    GROUP BY value ORDER BY closes DESC, value LIMIT ${Math.trunc(limit)}`,
    parameters,
  );
}
