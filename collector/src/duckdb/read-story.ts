import type { CloseEvent } from '../close-event.ts';
import type { StoryQuery } from '../window-query.ts';
import { within } from './counted-fields.ts';
import type { CataloguedDay, DayCatalogue } from './day-catalogue.ts';
import { catalogOf } from './day-form.ts';
import { NO_PARTS, relationOf } from './day-relation.ts';
import { EVENT_COLUMNS } from './event-table.ts';
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
  const ends = await bothEnds(session, days, query.connectionId);
  const rows = (day: CataloguedDay) => `${relationOf(day)} WHERE (${ends.condition})`;
  return newestEvents(session, ends.days, range, rows, ends.parameters);
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
      `SELECT ${EVENT_COLUMNS} FROM ${rows(day)} AND ${within(from, to)}
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

/** Where the rows of a connection lie. */
interface Ends {
  days: readonly CataloguedDay[];
  condition: string;
  parameters: Parameters;
}

/** A connection's ids: 16 hex digits in 8 bytes, or another emitter's text. */
const IS_HEX = /^[0-9a-f]{16}$/;

/**
 * Both ends of a connection. A client continues its trace over the upgrade request, so the server's connect span has the client's
 * as its parent, and a connect span's id is its side's connection id. A reconnect that came of the connection belongs to it too.
 */
async function bothEnds(session: ReadSession, days: readonly CataloguedDay[], id: string): Promise<Ends> {
  if (!IS_HEX.test(id)) {
    const condition = 'connection_id_text = $id OR previous_connection_id_text = $id';
    return { days, condition, parameters: { id } };
  }
  const own = await findConnections(session, days, [id], `OR (kind = 'connect' AND parent_span_id = ${literal(id)})`);
  const others = otherEnds(own, id);
  const near = others.length > 0 ? daysNear(days, own) : [];
  const found = near.length > 0 ? await findConnections(session, near, others) : [];
  const names = new Set([...own, ...found].map(row => row.day));
  const ids = [id, ...others].map(other => literal(other)).join(', ');
  return {
    days: days.filter(({ day }) => names.has(day)),
    condition: `connection_id IN (${ids}) OR previous_connection_id = ${literal(id)}`,
    parameters: {},
  };
}

/** Connection ids of the other end: what this end's connect span continues, or what continues it. */
function otherEnds(own: readonly FoundRow[], id: string): string[] {
  const connects = own.filter(row => row.kind === 'connect');
  const others = connects.map(row => (row.id === id ? row.parent : row.id));
  return [...new Set(others)].filter(other => other !== null && other !== id) as string[];
}

interface FoundRow {
  day: string;
  kind: string;
  id: string | null;
  /** Of a connect span that was continued: the other end's connection id, or another span of its trace. */
  parent: string | null;
}

/** Reads the ids' columns only: 4 ms a day of 3 million rows. */
function findConnections(
  session: ReadSession,
  days: readonly CataloguedDay[],
  ids: readonly string[],
  orElse = '',
): Promise<FoundRow[]> {
  if (days.length === 0) return Promise.resolve([]);
  const wanted = ids.map(literal).join(', ');
  const rows = days.map(
    day => `SELECT '${day.day}' AS day, kind::VARCHAR AS kind, format('{:016x}', connection_id) AS id,
        CASE WHEN kind = 'connect' THEN format('{:016x}', parent_span_id) END AS parent
      FROM ${relationOf(day, NO_PARTS)} WHERE connection_id IN (${wanted}) OR previous_connection_id IN (${wanted}) ${orElse}`,
  );
  return session.rows<FoundRow>(rows.join('\nUNION ALL\n'));
}

/** The other end's rows come within a day of receipt of this one's; without a close here, any day later too. */
function daysNear(days: readonly CataloguedDay[], rows: readonly FoundRow[]): CataloguedDay[] {
  const found = days.flatMap(({ day }, index) => (rows.some(row => row.day === day) ? [index] : []));
  const isOver = rows.some(row => row.kind === 'close');
  return days.slice(Math.max(0, found[0]! - 1), isOver ? found.at(-1)! + 2 : undefined);
}

function literal(id: string): string {
  return `${BigInt(`0x${id}`)}::UBIGINT`;
}
