import type { WindowField, WindowQuery } from '../window-query.ts';
import { closesWithin, cohortCondition, countedExpression, within } from './counted-fields.ts';
import type { CataloguedDay } from './day-catalogue.ts';
import { relationOf, unionOfDays } from './day-relation.ts';
import type { RowParts } from './packed-day.ts';
import { isRolledField, isRolledUp, MINUTE_MS, type RolledUpDays, rolledExpression } from './rollup.ts';
import type { Parameters } from './session.ts';

/** A statement, and the values that it takes. */
interface Statement {
  sql: string;
  parameters: Parameters;
}

/**
 * Counts the closes of a window over these days: a row a bin and combination of values, as bin, values, rows, closes. Where
 * `changed` days are given, only bins into which their rows later than `changedAfter` fell.
 */
export function windowStatement(
  days: readonly CataloguedDay[],
  changed: readonly CataloguedDay[],
  rolledUp: RolledUpDays,
  query: WindowQuery,
): Statement {
  const { by, binMs, where = {} } = query;
  const { scans, rolled } = sourcesOf(days, rolledUp, query);
  const names = by.map((_, index) => `by${index}`);
  const groups = ['bin', ...names].join(', ');
  const counted = [
    ...(scans.length > 0
      ? [`SELECT ${groups}, count(*) AS n, sum(weight) AS closes FROM (${union(scans, query)}) GROUP BY ALL`]
      : []),
    ...(rolled.length > 0 ? [countedMinutes(rolled, query)] : []),
  ];
  const sums =
    counted.length === 1
      ? counted[0]!
      : `SELECT ${groups}, sum(n) AS n, sum(closes) AS closes FROM (${counted.join('\nUNION ALL\n')}) GROUP BY ALL`;
  const isChanged = query.changedAfter === undefined ? '' : `WHERE bin IN (${changedBins(changed, query)})`;
  return {
    sql: `SELECT (bin * ${binMs})::DOUBLE, ${[...names, ''].join(', ')} n::DOUBLE, round(closes, 6) FROM (${sums}) ${isChanged}`,
    parameters: cohortCondition(where, countedExpression).parameters,
  };
}

/** A part of a window that is read out of one day. */
interface Source {
  day: CataloguedDay;
  from: number;
  to: number;
}

/** Which parts of a window are scanned, and which come from the rollup: the whole minutes of days that have one. */
function sourcesOf(
  days: readonly CataloguedDay[],
  rolledUp: RolledUpDays,
  { from, to, binMs, by, where = {} }: WindowQuery,
): { scans: Source[]; rolled: Source[] } {
  const fields = [...by, ...Object.keys(where)] as WindowField[];
  const isRollable = binMs % MINUTE_MS === 0 && fields.every(isRolledField);
  const [first, last] = [Math.ceil(from / MINUTE_MS) * MINUTE_MS, Math.floor(to / MINUTE_MS) * MINUTE_MS];
  const scans: Source[] = [];
  const rolled: Source[] = [];
  for (const day of days) {
    if (!isRollable || !isRolledUp(day, rolledUp) || first >= last) scans.push({ day, from, to });
    else {
      rolled.push({ day, from: first, to: last });
      if (from < first) scans.push({ day, from, to: first });
      if (last < to) scans.push({ day, from: last, to });
    }
  }
  return { scans, rolled };
}

/** A row a close: its bin, the values of the query's fields, and its weight. */
function union(scans: readonly Source[], query: WindowQuery): string {
  const { by, binMs, where = {} } = query;
  const { condition } = cohortCondition(where, countedExpression);
  const values = by.map((field, index) => `${countedExpression(field)} AS by${index}, `).join('');
  return scans
    .map(
      ({ day, from, to }) => `SELECT ${binOf(binMs)} AS bin, ${values} weight
      FROM ${relationOf(day, partsOf(query))} WHERE ${closesWithin(from, to)} AND ${condition}`,
    )
    .join('\nUNION ALL\n');
}

/** The same out of the rollup: all its days at once, as they have the same range. */
function countedMinutes(rolled: readonly Source[], { by, binMs, where = {} }: WindowQuery): string {
  const { condition } = cohortCondition(where, rolledExpression);
  const values = by.map((field, index) => `${rolledExpression(field)} AS by${index}, `).join('');
  const days = rolled.map(({ day }) => `'${day.day}'`).join(', ');
  const { from, to } = rolled[0]!;
  return `SELECT ${binOf(binMs, 'minute')} AS bin, ${values} sum(rows) AS n, sum(closes) AS closes FROM close_minutes
    WHERE day IN (${days}) AND ${within(from, to, 'minute')} AND ${condition} GROUP BY ALL`;
}

/** What a window looks at of rows: a client's id where the cohort is one client. */
export function partsOf({ where = {} }: WindowQuery): RowParts {
  return { clientIds: where.clientId !== undefined, links: false };
}

function changedBins(days: readonly CataloguedDay[], query: WindowQuery): string {
  const { from, to, binMs, where = {}, changedAfter = 0 } = query;
  const { condition } = cohortCondition(where, countedExpression);
  return unionOfDays(
    days,
    relation => `SELECT ${binOf(binMs)} FROM ${relation}
      WHERE sequence > ${changedAfter} AND ${closesWithin(from, to)} AND ${condition}`,
    partsOf(query),
  );
}

/** Number of the bin since the epoch: the division of times before it would round the other way, and a window begins after it. */
function binOf(binMs: number, time = 'time'): string {
  return `epoch_us(${time}) // ${binMs * 1_000}`;
}
