import duckdb from '@duckdb/node-bindings';
import type { WindowCounts, WindowQuery } from '../window-query.ts';
import { CodedColumn } from './coded-column.ts';
import { closesWithin, cohortCondition, countedExpression, typeOf } from './counted-fields.ts';
import type { DayCatalogue } from './day-catalogue.ts';
import { unionOfDays } from './day-relation.ts';
import { NumberColumn } from './number-column.ts';
import type { RolledUpDays } from './rollup.ts';
import type { Parameters, ReadSession } from './session.ts';
import { partsOf, windowStatement } from './window-statement.ts';

/** Groups of one window. A day by second, code and client version is 1.7 million of them, at 32 bytes each. */
const MAX_GROUPS = 4_000_000;

/**
 * Closes of a window, counted. Days whose rows lie outside of it are not looked into, row groups outside of it are not
 * read, and of days that are rolled up whole minutes come from the rollup where the query's fields allow.
 *
 * @throws RangeError where the query can't be answered, with what was expected and got
 */
export async function readWindow(
  session: ReadSession,
  catalogue: DayCatalogue,
  rolledUp: RolledUpDays,
  query: WindowQuery,
): Promise<WindowCounts> {
  expectWindow(query);
  const range = query.changedAfter === undefined ? query : await changedRange(session, catalogue, query);
  const days = range.from < range.to ? catalogue.overlapping(range.from, range.to) : [];
  const counts = new CountsReader(query);
  if (days.length > 0) {
    const changed = query.changedAfter === undefined ? [] : catalogue.after(query.changedAfter);
    const { sql, parameters } = windowStatement(days, changed, rolledUp, { ...query, ...range });
    await counts.read(session, sql, parameters);
  }
  return counts.finish();
}

function expectWindow({ from, to, binMs }: WindowQuery): void {
  if (!(from >= 0 && to >= from))
    throw new RangeError(`expected a window from 0 or later to its end, got ${from} to ${to}`);
  if (!(binMs > 0 && binMs % 1_000 === 0)) throw new RangeError(`expected bins of whole seconds, got ${binMs} ms`);
}

/** The part of the window in which rows came later than a sequence, in whole bins; empty where none did. */
async function changedRange(
  session: ReadSession,
  catalogue: DayCatalogue,
  query: WindowQuery,
): Promise<{ from: number; to: number }> {
  const { from, to, binMs, where = {}, changedAfter = 0 } = query;
  const nothing = { from, to: from };
  const days = catalogue.after(changedAfter).filter(day => day.earliest! < to && day.latest! >= from);
  if (days.length === 0) return nothing;
  const { condition, parameters } = cohortCondition(where, countedExpression);
  const times = unionOfDays(
    days,
    relation =>
      `SELECT time FROM ${relation} WHERE sequence > ${changedAfter} AND ${closesWithin(from, to)} AND ${condition}`,
    partsOf(query),
  );
  const [range] = await session.rows<{ first: number | null; last: number | null }>(
    `SELECT epoch_us(min(time)) / 1000 AS first, epoch_us(max(time)) / 1000 AS last FROM (${times})`,
    parameters,
  );
  if (range?.first == null || range.last === null) return nothing;
  const binOf = (time: number) => Math.floor(time / binMs) * binMs;
  return { from: Math.max(from, binOf(range.first)), to: Math.min(to, binOf(range.last) + binMs) };
}

/** Takes a result of `windowStatement` chunk by chunk out of DuckDB's memory, with no object a row. */
class CountsReader {
  readonly #query: WindowQuery;
  readonly #bins = new NumberColumn(Float64Array);
  readonly #by: readonly CodedColumn[];
  readonly #closes = new NumberColumn(Float64Array);
  readonly #rows = new NumberColumn(Float64Array);
  #groups = 0;

  constructor(query: WindowQuery) {
    this.#query = query;
    this.#by = query.by.map(field => new CodedColumn(typeOf(field)));
  }

  async read(session: ReadSession, sql: string, parameters: Parameters): Promise<void> {
    const types = ['DOUBLE', ...this.#query.by.map(typeOf), 'DOUBLE', 'DOUBLE'];
    for await (const { chunk } of session.chunks(sql, parameters, types)) {
      const groups = duckdb.data_chunk_get_size(chunk);
      this.#groups += groups;
      if (this.#groups > MAX_GROUPS) {
        throw new RangeError(`expected a window of ${MAX_GROUPS} groups at most, got more: choose longer bins`);
      }
      const vectorOf = (index: number) => duckdb.data_chunk_get_vector(chunk, index);
      addDoubles(this.#bins, vectorOf(0), groups);
      for (const [index, column] of this.#by.entries()) column.add(vectorOf(index + 1), groups);
      addDoubles(this.#rows, vectorOf(this.#by.length + 1), groups);
      addDoubles(this.#closes, vectorOf(this.#by.length + 2), groups);
    }
  }

  finish(): WindowCounts {
    return {
      groups: this.#groups,
      bins: this.#bins.finish(),
      by: this.#by.map(column => column.finish()),
      closes: this.#closes.finish(),
      rows: this.#rows.finish(),
    };
  }
}

function addDoubles(column: NumberColumn<Float64Array>, vector: duckdb.Vector, count: number): void {
  column.grow(count).set(new Float64Array(duckdb.vector_get_data(vector, count * 8).buffer as ArrayBuffer));
}
