/** A row of a table in Markdown. */
export function row(...cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** The head of a table in Markdown. */
export function head(...titles: readonly string[]): string {
  return `\n${row(...titles)}\n|${titles.map(() => '---|').join('')}`;
}

/**
 * A span of time in the unit that it is said in.
 *
 * @example durationText(5_400) // '1.5 h'
 */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'missed';
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
  ] as const;
  const [length, name] = units.find(([length]) => seconds >= 1.5 * length) ?? [1, 's'];
  return `${Number((seconds / length).toPrecision(3))} ${name}`;
}

/** @example ratioText(1.2345) // '1.23' */
export function ratioText(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(2) : '-';
}
