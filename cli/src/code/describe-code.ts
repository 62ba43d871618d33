import type { CloseCodeText } from '@closewatch/analyzer';
import { textOfCode } from './text-of-code.ts';
import { wrapWords } from './wrap-words.ts';

const ROWS = [
  ['Meaning', 'meaning'],
  ['Sent by', 'sentBy'],
  ['Appears', 'appears'],
  ['Do', 'todo'],
  ['Source', 'source'],
] as const satisfies readonly (readonly [label: string, field: keyof CloseCodeText])[];

/** The longest label, and two spaces. */
const LABEL_WIDTH = 9;
const GUTTER = '  ';
/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 140;
/** Below this a column holds two or three words; one code after the other reads better. */
const NARROWEST_COLUMN = 24;

function titleOf(text: CloseCodeText): string {
  return `${text.code} ${text.name}`;
}

/** The lines of one row: its label, and each cell wrapped in a column of its own. */
function sideBySide(label: string, cells: readonly string[], width: number): string[] {
  const columns = cells.map(cell => wrapWords(cell, width));
  const height = Math.max(...columns.map(column => column.length));
  return Array.from({ length: height }, (_, line) => {
    const parts = columns.map(column => (column[line] ?? '').padEnd(width));
    return `${(line === 0 ? label : '').padEnd(LABEL_WIDTH)}${parts.join(GUTTER)}`.trimEnd();
  });
}

/**
 * A close code in words for a terminal: what it means, who sends it, when it appears and what to do. A code without an entry gets the
 * meaning of its range.
 *
 * @param width columns of the terminal
 * @returns lines that each end in a line break; throws a UsageError for a number outside 0 to 4999
 */
export function describeCode(code: number, width = 100): string {
  const text = textOfCode(code);
  const room = Math.max(NARROWEST_COLUMN, Math.min(width, WIDEST) - LABEL_WIDTH);
  const rows = ROWS.flatMap(([label, field]) => sideBySide(label, [text[field]], room));
  return `${[titleOf(text), '', ...rows].join('\n')}\n`;
}

/**
 * Two close codes side by side, row by row; one after the other where the terminal is too narrow for two columns.
 *
 * @param width columns of the terminal
 * @returns lines that each end in a line break; throws a UsageError for a number outside 0 to 4999
 */
export function compareCodes(a: number, b: number, width: number): string {
  const texts = [textOfCode(a), textOfCode(b)];
  const room = Math.floor((Math.min(width, WIDEST) - LABEL_WIDTH - GUTTER.length) / 2);
  if (room < NARROWEST_COLUMN) return `${describeCode(a, width)}\n${describeCode(b, width)}`;
  const rows = ROWS.flatMap(([label, field]) =>
    sideBySide(
      label,
      texts.map(text => text[field]),
      room,
    ),
  );
  return `${[...sideBySide('', texts.map(titleOf), room), '', ...rows].join('\n')}\n`;
}
