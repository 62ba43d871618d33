import { proportionEstimate, textOfProportion } from '../proportion.ts';
import type { GradedCase } from './attribution.ts';
import { GRADES } from './grade.ts';

/** Sick clients of the cause. */
const EVENT_RANGES = [
  { from: 2, to: 9 },
  { from: 10, to: 19 },
  { from: 20, to: 49 },
  { from: 50, to: Number.POSITIVE_INFINITY },
] as const;
/** A term that leaves half of the rest or less can be told at ten events: ten of ten by chance are 1 in 1,024. */
const CLEAR = 0.5;

export function reportOf(graded: readonly GradedCase[], seeds: string): string {
  const caused = graded.filter(({ one }) => one.cause.terms.length > 0);
  const none = graded.filter(({ one }) => one.cause.terms.length === 0);
  const enough = caused.filter(({ one }) => one.events >= 10);
  const clear = enough.filter(({ one }) => one.loosestTerm <= CLEAR);
  const lines = [
    `Attribution of ${graded.length} simulated incidents (${seeds} seeds); shares with Wilson's 95 % intervals.`,
    '',
    '| cases | | first | listed | wider | silent | wrong |',
    '|---|---|---|---|---|---|---|',
    rowOf('no cause: everybody alike', none),
    rowOf('a cause, all', caused),
    rowOf('**at least 10 events, each term at least halves**', clear),
    ...[1, 2, 3].map(terms =>
      rowOf(
        `of these, ${terms} ${terms === 1 ? 'term' : 'terms'}`,
        clear.filter(({ one }) => one.cause.terms.length === terms),
      ),
    ),
    ...EVENT_RANGES.slice(1).map(range =>
      rowOf(
        `of these, ${textOf(range)} events`,
        clear.filter(({ one }) => one.events >= range.from && one.events <= range.to),
      ),
    ),
    rowOf('at least 10 events, all', enough),
    '',
    '| events | terms | each term at least halves | | first | listed | wider | silent | wrong |',
    '|---|---|---|---|---|---|---|---|---|',
  ];
  for (const { from, to } of EVENT_RANGES)
    for (const terms of [1, 2, 3])
      for (const isClear of [true, false]) {
        const cases = caused.filter(
          ({ one }) =>
            one.events >= from &&
            one.events <= to &&
            one.cause.terms.length === terms &&
            one.loosestTerm <= CLEAR === isClear,
        );
        lines.push(`| ${textOf({ from, to })} | ${terms} | ${isClear ? 'yes' : 'no'} ${rowOf('', cases).slice(3)}`);
      }
  const times = graded.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))]!.toFixed(2);
  lines.push('', `An attribution took ${at(0.5)} ms in the median, ${at(0.99)} ms at the 99th percentile.`);
  return lines.join('\n');
}

function textOf({ from, to }: { from: number; to: number }): string {
  return to === Number.POSITIVE_INFINITY ? `${from} or more` : `${from} to ${to}`;
}

function rowOf(title: string, cases: readonly GradedCase[]): string {
  const shares = GRADES.map(grade =>
    textOfProportion(proportionEstimate(cases.filter(one => one.grade === grade).length, cases.length)),
  );
  return `| ${title} | ${cases.length} | ${shares.join(' | ')} |`;
}
