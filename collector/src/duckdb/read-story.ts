import type { CloseEvent } from '../close-event.ts';
import type { StoryQuery } from '../window-query.ts';
import { daysThatMayKnow } from './connection-filter.ts';
import { within } from './counted-fields.ts';
import type { CataloguedDay, DayCatalogue } from './day-catalogue.ts';
import { catalogOf } from './day-form.ts';
import { NO_PARTS, relationOf } from './day-relation.ts';
import { ALL_FIELDS } from './event-table.ts';
import { isOfClient, packedRelation } from './packed-day.ts';
import type { Parameters, ReadSession } from './session.ts';

/** Everything that is stored of one connection or one client, by time; the newest rows where there are more than the limit. */
export async function readStory(
  session: ReadSession,
  catalogue: DayCatalogue,
  query: StoryQuery,
): Promise<CloseEvent[]> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, limit } = query;
  const days = catalogue.overlapping(from, to);
  const range = { from, to, limit };
  if ('clientId' in query) return storyOfClient(session, days, range, query.clientId);
  return storyOfConnection(session, days, range, query.connectionId);
}

/** Days that are asked at once whether they know a client. */
const DAYS_AT_ONCE = 10;

/** Packed days list their clients, so that only those that have the client are read. */
async function storyOfClient(
  session: ReadSession,
  days: readonly CataloguedDay[],
  range: Range,
  id: string,
): Promise<CloseEvent[]> {
  const newestFirst = byNewest(days);
  let story: CloseEvent[] = [];
  for (let first = 0; first < newestFirst.length; first += DAYS_AT_ONCE) {
    const group = newestFirst.slice(first, first + DAYS_AT_ONCE);
    if (isFull(story, range.limit, group[0]!)) break;
    const known = await knowingDays(session, group, id);
    story = await newestEvents(session, known, range, rowsOfClient, { id }, story);
  }
  return story;
}

/** The days that have rows of a client, or may have. */
async function knowingDays(session: ReadSession, days: readonly CataloguedDay[], id: string): Promise<CataloguedDay[]> {
  const packed = days.filter(({ form }) => form === 'packed');
  if (packed.length === 0) return [...days];
  const lookUps = packed.map(
    ({ day, form }) => `SELECT '${day}' AS day FROM "${catalogOf(day, form)}".clients WHERE client_id = $id`,
  );
  const rows = await session.rows<{ day: string }>(lookUps.join('\nUNION ALL\n'), { id });
  const knowing = new Set(rows.map(({ day }) => day));
  return days.filter(({ day, form }) => form !== 'packed' || knowing.has(day));
}

/** A packed day has the places of a client's rows; another one is scanned. */
function rowsOfClient(day: CataloguedDay): string {
  if (day.form !== 'packed') return `${relationOf(day)} WHERE client_id = $id`;
  const catalog = catalogOf(day.day, day.form);
  return `${packedRelation(catalog, { clientIds: true, links: true }, isOfClient(catalog))} WHERE true`;
}

interface Range {
  from: number;
  to: number;
  limit: number;
}

/**
 * The newest rows of each day's `rows` (a FROM clause with a condition), by time. Days are read from the newest on, until no older one can have a newer row: what it costs
 * depends on the limit where there is much. DuckDB reads the condition's column first, and the others of the rows that are left.
 */
async function newestEvents(
  session: ReadSession,
  days: readonly CataloguedDay[],
  { from, to, limit }: Range,
  rows: (day: CataloguedDay) => string,
  parameters: Parameters,
  found: readonly CloseEvent[] = [],
): Promise<CloseEvent[]> {
  let story = [...found];
  for (const day of byNewest(days)) {
    if (isFull(story, limit, day)) break;
    const { events } = await session.events(
      `SELECT ${ALL_FIELDS.sql} FROM ${rows(day)} AND ${within(from, to)}
      ORDER BY time DESC, sequence DESC LIMIT ${Math.trunc(limit)}`,
      parameters,
    );
    story = [...story, ...events].sort((a, b) => a.time - b.time);
    story = story.slice(Math.max(0, story.length - limit));
  }
  return story;
}

function byNewest(days: readonly CataloguedDay[]): CataloguedDay[] {
  return [...days].sort((a, b) => b.latest! - a.latest!);
}

/** True where no row of a day can be newer than those that are found. */
function isFull(story: readonly CloseEvent[], limit: number, day: CataloguedDay): boolean {
  return story.length >= limit && story[0]!.time >= day.latest!;
}

/** A connection's id: 16 hex digits in 8 bytes, or another emitter's text. */
const IS_HEX = /^[0-9a-f]{16}$/;

/** Rows of one connection, at most: ours are a few, and any number where an emitter gives all of them one id. */
const MOST_FOUND = 10_000;

/** A row that belongs to a connection. */
interface FoundRow {
  day: string;
  sequence: number;
  kind: string;
  id: string | null;
  /** Of a connect span that was continued: the other end's connection id, or another span of its trace. */
  parent: string | null;
}

/**
 * Both ends of a connection. A client continues its trace over the upgrade request, so the server's connect span has the client's
 * as its parent, and a connect span's id is its side's connection id. A reconnect that came of the connection belongs to it too.
 */
async function storyOfConnection(
  session: ReadSession,
  days: readonly CataloguedDay[],
  range: Range,
  id: string,
): Promise<CloseEvent[]> {
  const found = IS_HEX.test(id)
    ? await findBothEnds(session, days, id)
    : await findRows(session, days, ['connection_id_text = $id', 'previous_connection_id_text = $id'], { id });
  const byDay = Map.groupBy(found, ({ day }) => day);
  const rows = (day: CataloguedDay) =>
    `${relationOf(day)} WHERE sequence IN (${byDay.get(day.day)!.map(({ sequence }) => sequence)})`;
  const known = days.filter(({ day }) => byDay.has(day));
  return newestEvents(session, known, range, rows, {});
}

async function findBothEnds(session: ReadSession, days: readonly CataloguedDay[], id: string): Promise<FoundRow[]> {
  const [isOwn, cameOfIt] = [`connection_id = ${literal(id)}`, `previous_connection_id = ${literal(id)}`];
  const continuesIt = `kind = 'connect' AND parent_span_id = ${literal(id)}`;
  const mayKnow = await daysThatMayKnow(session, days, [numberOf(id)]);
  const own = await findRows(session, mayKnow, [isOwn, cameOfIt, continuesIt], {});
  const others = otherEnds(own, id);
  if (others.length === 0) return own;
  const areOthers = `connection_id IN (${others.map(literal).join(', ')})`;
  const mayKnowThem = await daysThatMayKnow(session, daysNear(days, own), others.map(numberOf));
  return [...own, ...(await findRows(session, mayKnowThem, [areOthers], {}))];
}

/** Connection ids of the other end: what this end's connect span continues, or what continues it. */
function otherEnds(own: readonly FoundRow[], id: string): string[] {
  const connects = own.filter(row => row.kind === 'connect');
  const others = connects.map(row => (row.id === id ? row.parent : row.id));
  return [...new Set(others)].filter(other => other !== null && other !== id) as string[];
}

/**
 * Rows for which any of the conditions holds, the newest. Each condition is a scan of its own, on one column: DuckDB reads no other column where
 * no row has the id, which it would for one condition with OR.
 */
async function findRows(
  session: ReadSession,
  days: readonly CataloguedDay[],
  conditions: readonly string[],
  parameters: Parameters,
): Promise<FoundRow[]> {
  if (days.length === 0) return [];
  const scans = days.flatMap(day =>
    conditions.map(
      condition => `SELECT '${day.day}' AS day, sequence, kind, connection_id, parent_span_id
        FROM ${relationOf(day, NO_PARTS)} WHERE ${condition}`,
    ),
  );
  return session.rows<FoundRow>(
    `SELECT DISTINCT day, sequence::DOUBLE AS sequence, kind::VARCHAR AS kind, format('{:016x}', connection_id) AS id,
      CASE WHEN kind = 'connect' THEN format('{:016x}', parent_span_id) END AS parent
    FROM (${scans.join('\nUNION ALL\n')}) ORDER BY sequence DESC LIMIT ${MOST_FOUND}`,
    parameters,
  );
}

/** The other end's rows come within a day of receipt of this one's; without a close here, any day later too. */
function daysNear(days: readonly CataloguedDay[], rows: readonly FoundRow[]): CataloguedDay[] {
  const found = days.flatMap(({ day }, index) => (rows.some(row => row.day === day) ? [index] : []));
  const isOver = rows.some(row => row.kind === 'close');
  return days.slice(Math.max(0, found[0]! - 1), isOver ? found.at(-1)! + 2 : undefined);
}

function literal(id: string): string {
  return `${numberOf(id)}::UBIGINT`;
}

function numberOf(id: string): bigint {
  return BigInt(`0x${id}`);
}
