import { badQuery, type QueryReader } from './query.ts';

/**
 * Where the next page of verdicts goes on: at verdicts that started at `startedAt` (epoch milliseconds), after the `given`
 * ones of that very instant that were on earlier pages. New verdicts arrive before the first page and shift nothing.
 */
export interface VerdictCursor {
  startedAt: number;
  given: number;
}

/** An opaque text for a URL. */
export function textFromVerdictCursor(cursor: VerdictCursor): string {
  return Buffer.from(`${cursor.startedAt}/${cursor.given}`).toString('base64url');
}

/** Reads what `textFromVerdictCursor` wrote. */
export const verdictCursor: QueryReader<VerdictCursor> = (name, text) => {
  const match = /^(\d{1,15}(?:\.\d{1,9})?)\/(\d{1,6})$/.exec(Buffer.from(text, 'base64url').toString());
  if (match === null) throw badQuery(name, text, 'the "next" of an earlier answer');
  return { startedAt: Number(match[1]), given: Number(match[2]) };
};
