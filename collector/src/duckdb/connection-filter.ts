import type { CataloguedDay } from './day-catalogue.ts';
import { catalogOf } from './day-form.ts';
import type { ReadSession } from './session.ts';

/** With five bits of a 64-bit word set for each id, one id in sixty that a day does not have looks as if it had it (measured). */
const BITS_AN_ID = 12;
const WORD_BITS = 64;
/** Where in 64 bits of a hash each of the five positions is read: above what the place of the word depends on. */
const SHIFTS = [34, 40, 46, 52, 58];

/**
 * The table `connection_words` of a packed day: a Bloom filter of the ids by which a row belongs to a connection, 1.5 bytes an id. Scanning 100 million
 * random ids takes most of a second; with it only the days that (almost surely) have the id are scanned.
 *
 * The hash is MD5 of the id's digits, as that is the same in every version of DuckDB; its own `hash` is not. The statement fills the table from the
 * packed rows of the same catalog; the place of a word is its row's.
 */
export function connectionFilterStatement(catalog: string): string {
  const events = `"${catalog}".packed_events`;
  return `CREATE TABLE "${catalog}".connection_words AS
    WITH ids AS (
      SELECT connection_id AS id FROM ${events} WHERE connection_id IS NOT NULL
      UNION SELECT previous_connection_id FROM ${events} WHERE previous_connection_id IS NOT NULL
      UNION SELECT parent_span_id FROM ${events} WHERE kind = 'connect' AND parent_span_id IS NOT NULL
    ),
    hashed AS (SELECT ${hashOf('id::VARCHAR')} AS hash FROM ids),
    size AS (SELECT greatest(1, count(*) * ${BITS_AN_ID} // ${WORD_BITS})::UBIGINT AS words FROM ids),
    filled AS (SELECT hash % words AS place, bit_or(${maskOf('hash')}) AS word FROM hashed, size GROUP BY place)
    SELECT coalesce(word, 0)::UBIGINT AS word
    FROM (SELECT range::UBIGINT AS place FROM range((SELECT words::BIGINT FROM size))) LEFT JOIN filled USING (place) ORDER BY place`;
}

/**
 * The days that may have a row of one of these connections (unsigned 64-bit numbers): the packed ones whose filter says so, and all others. A day that
 * was packed without a filter is one of the others.
 */
export async function daysThatMayKnow(
  session: ReadSession,
  days: readonly CataloguedDay[],
  ids: readonly bigint[],
): Promise<CataloguedDay[]> {
  const filtered = await daysWithFilter(session, days);
  if (filtered.length === 0) return [...days];
  const [sizes, keys] = [await sizesOf(session, filtered), await keysOf(session, ids)];
  const lookUps = sizes.flatMap(({ day, words }) =>
    keys.map(({ hash, mask }) => {
      const place = BigInt(hash) % BigInt(words);
      return `SELECT '${day}' AS day FROM ${wordsOf(day)} WHERE rowid = ${place} AND word & ${mask}::UBIGINT = ${mask}::UBIGINT`;
    }),
  );
  const rows = await session.rows<{ day: string }>(lookUps.join('\nUNION ALL\n'));
  const known = new Set(rows.map(({ day }) => day));
  const without = new Set(filtered.map(({ day }) => day).filter(day => !known.has(day)));
  return days.filter(({ day }) => !without.has(day));
}

/** Words of each day's filter: one at least. */
function sizesOf(session: ReadSession, days: readonly CataloguedDay[]): Promise<{ day: string; words: number }[]> {
  const counts = days.map(({ day }) => `SELECT '${day}' AS day, count(*)::DOUBLE AS words FROM ${wordsOf(day)}`);
  return session.rows(counts.join('\nUNION ALL\n'));
}

/** What is looked for of each id, as digits: numbers of 64 bits. */
function keysOf(session: ReadSession, ids: readonly bigint[]): Promise<{ hash: string; mask: string }[]> {
  const hashes = ids.map(id => `(${hashOf(`'${id}'`)})`).join(', ');
  return session.rows(
    `SELECT hash::VARCHAR AS hash, (${maskOf('hash')})::VARCHAR AS mask FROM (VALUES ${hashes}) keys(hash)`,
  );
}

function wordsOf(day: string): string {
  return `"${catalogOf(day, 'packed')}".connection_words`;
}

async function daysWithFilter(session: ReadSession, days: readonly CataloguedDay[]): Promise<CataloguedDay[]> {
  const packed = days.filter(({ form }) => form === 'packed');
  if (packed.length === 0) return [];
  const tables = await session.rows<{ catalog: string }>(
    `SELECT database_name AS catalog FROM duckdb_tables() WHERE table_name = 'connection_words'`,
  );
  const catalogs = new Set(tables.map(({ catalog }) => catalog));
  return packed.filter(({ day, form }) => catalogs.has(catalogOf(day, form)));
}

function hashOf(text: string): string {
  return `md5_number_lower(${text})`;
}

function maskOf(hash: string): string {
  return SHIFTS.map(shift => `(1::UBIGINT << ((${hash} >> ${shift}) & 63)::INT)`).join(' | ');
}
