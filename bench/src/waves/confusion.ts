import { type Name, nameOf } from './name-of.ts';
import { TRUTHS, type Truth } from './scenarios.ts';
import { shareInterval } from './share-interval.ts';
import { judge, playCase } from './wave-case.ts';

/** How often cases of each kind were called what. */
export interface Confusion {
  erased: number;
  counts: Record<Truth, Partial<Record<Name, number>>>;
  /** Of the cases: more than one wave of the right kind where one thing was done. */
  split: number;
  /** Waves told of in the usual life before. */
  elsewhere: number;
  /** Cases that were called something else. */
  wrong: string[];
}

/** Plays `cases` of each kind with these seeds, and lets the engine name them. */
export function confusionOf({
  cases,
  firstSeed,
  erased,
  most,
}: {
  cases: number;
  firstSeed: number;
  erased: number;
  most: number;
}): Confusion {
  const confusion: Confusion = { erased, counts: {} as Confusion['counts'], split: 0, elsewhere: 0, wrong: [] };
  for (const truth of TRUTHS) {
    const counts: Partial<Record<Name, number>> = {};
    for (let seed = firstSeed; seed < firstSeed + cases; seed += 1) {
      const played = playCase({ truth, seed, erased, most });
      const { name, waves, elsewhere } = nameOf(judge(played).verdicts, played.at);
      counts[name] = (counts[name] ?? 0) + 1;
      if (name === truth && waves.length > 1) confusion.split += 1;
      confusion.elsewhere += elsewhere.length;
      if (name !== truth) confusion.wrong.push(`${truth} ${seed}: ${name} (${played.how})`);
    }
    confusion.counts[truth] = counts;
  }
  return confusion;
}

/** The matrix as a table in Markdown, with the share that is right and its interval. */
export function confusionTable({ counts, split, elsewhere }: Confusion): string {
  const names: Name[] = [...TRUTHS, 'mixed'];
  const rows = TRUTHS.map(truth => {
    const row = names.map(name => counts[truth][name] ?? 0);
    const all = row.reduce((sum, count) => sum + count, 0);
    return `| ${truth} | ${row.join(' | ')} | ${shareText(counts[truth][truth] ?? 0, all)} |`;
  });
  const total = TRUTHS.reduce(
    (sum, truth) => sum + names.reduce((all, name) => all + (counts[truth][name] ?? 0), 0),
    0,
  );
  const right = TRUTHS.reduce((sum, truth) => sum + (counts[truth][truth] ?? 0), 0);
  return [
    `| truth | ${names.join(' | ')} | right |`,
    `|---|${names.map(() => '---:').join('|')}|---|`,
    ...rows,
    '',
    `All kinds: ${shareText(right, total)}. Told as more than one wave: ${split}. Told where nothing was done: ${elsewhere}.`,
  ].join('\n');
}

/** `98.1 % (96.0 to 99.1)` */
export function shareText(part: number, whole: number): string {
  const { low, high } = shareInterval(part, whole);
  const percent = (share: number) => (share * 100).toFixed(1);
  return `${percent(part / whole)} % (${percent(low)} to ${percent(high)}) of ${whole}`;
}
