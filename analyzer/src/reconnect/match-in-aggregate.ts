import type { Connection } from '../connection.ts';

/**
 * Returns of clients that nobody can recognise: closes and opens set against each other, first out first in, after as many
 * opens were put aside as usually come (`usualPerSecond`, opens a second). The mean way back is right whoever came back
 * first (the area between the two curves does not depend on it); its percentiles are approximate, narrower than
 * the truth. Gives the closes, in order of time, with `backAt` filled in; null where no open was left for one.
 * Times are epoch milliseconds.
 */
export function matchInAggregate<Close extends Connection & { closedAt: number }>(
  closes: readonly Close[],
  opens: readonly number[],
  usualPerSecond: number,
): Close[] {
  const ordered = [...closes].sort((a, b) => a.closedAt - b.closedAt || (a.id < b.id ? -1 : 1));
  const startedAt = ordered[0]?.closedAt ?? 0;
  const backAt: number[] = [];
  let usual = 0;
  for (const time of [...opens].sort((a, b) => a - b)) {
    if (time < startedAt) continue;
    const due = ((time - startedAt) / 1000) * usualPerSecond;
    if (usual + 1 <= due) usual += 1;
    else if (backAt.length < ordered.length && ordered[backAt.length]!.closedAt <= time) backAt.push(time);
  }
  return ordered.map((close, index) => ({ ...close, backAt: backAt[index] ?? null }));
}
