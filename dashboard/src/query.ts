import { RequestProblem } from './problem.ts';

/** Turns the text of one query parameter into a value, or throws a `RequestProblem` that names the parameter. */
export type QueryReader<T> = (name: string, text: string) => T;

type QueryValues<Readers> = { [Name in keyof Readers]?: Readers[Name] extends QueryReader<infer T> ? T : never };

/**
 * Reads the parameters of a request. An unknown key, a key that is given twice and a bad value are a 400: a filter that
 * is silently ignored shows wrong data.
 */
export function readQuery<Readers extends Record<string, QueryReader<unknown>>>(
  query: Record<string, unknown>,
  readers: Readers,
): QueryValues<Readers> {
  const values: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(query)) {
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (reader === undefined)
      throw badQuery(name, name, `one of ${Object.keys(readers).join(', ') || 'no parameters'}`);
    if (typeof text !== 'string') throw badQuery(name, JSON.stringify(text), 'one value');
    values[name] = reader(name, text);
  }
  return values as QueryValues<Readers>;
}

/** The `RequestProblem` of a parameter. */
export function badQuery(name: string, got: string, expected: string): RequestProblem {
  const detail = `${name}: expected ${expected}, got "${got}"`;
  return new RequestProblem(400, 'bad_query', detail, { got, expected });
}

/** RFC 3339, section 5.6, with an offset: a local time without one would mean something else on each machine. */
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

/** An RFC 3339 time, as epoch milliseconds. */
export const time: QueryReader<number> = (name, text) => {
  const milliseconds = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw badQuery(name, text, 'an RFC 3339 time such as 2026-11-23T10:00:00Z');
  return milliseconds;
};

/** A text of 1 to 256 characters. */
export const text: QueryReader<string> = (name, value) => {
  if (value.length === 0 || value.length > 256) throw badQuery(name, value.slice(0, 256), '1 to 256 characters');
  return value;
};

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): QueryReader<number> {
  return (name, value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most)) throw badQuery(name, value, `a whole number from ${least} to ${most}`);
    return number;
  };
}

/** One of a list of words. */
export function oneOf<Word extends string>(words: readonly Word[]): QueryReader<Word> {
  return (name, value) => {
    const word = words.find(candidate => candidate === value);
    if (word === undefined) throw badQuery(name, value, `one of ${words.join(', ')}`);
    return word;
  };
}

/** Refuses a span of time that ends before it begins, or is longer than `mostMilliseconds`. */
export function checkSpan(from: number, to: number, mostMilliseconds = Number.POSITIVE_INFINITY): void {
  const got = `${toTime(from)} to ${toTime(to)}`;
  if (from > to) throw badQuery('from', got, 'a from that is not after to');
  if (to - from > mostMilliseconds) throw badQuery('from', got, `at most ${mostMilliseconds / 60_000} minutes`);
}

/** Epoch milliseconds as RFC 3339 in UTC with milliseconds. */
export function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
