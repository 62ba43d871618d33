/** Where a lane lies, pixels from the top of the drawing. */
export interface Lane {
  top: number;
  height: number;
}

/** Where everything of the timeline lies, in pixels. */
export interface TimelineLayout {
  width: number;
  height: number;
  /** The time axis, left to right. */
  left: number;
  right: number;
  /** The lines of the verdict brackets, one a row, top to bottom. */
  brackets: number[];
  /** Base line of the deploy labels; bands begin above it. Null when there is no deploy. */
  deployLabel: number | null;
  closes: Lane;
  bugs: Lane;
}

const ROW_OF_BRACKETS = 27;
const AXIS_HEIGHT = 26;

/**
 * Two lanes over one time axis: all closes above, payload bugs below on their own scale. On a wide page the lanes' titles
 * stand in a rail on the left; on a phone they stand above each lane, and the lanes are lower.
 */
export function layoutTimeline(
  width: number,
  isPhone: boolean,
  bracketRows: number,
  hasDeploys: boolean,
): TimelineLayout {
  const size = isPhone
    ? { rail: 0, scale: 34, closes: 88, bugs: 56, gap: 14, title: 22 }
    : { rail: 124, scale: 44, closes: 164, bugs: 84, gap: 26, title: 0 };
  const brackets = Array.from({ length: bracketRows }, (_, row) => 18 + row * ROW_OF_BRACKETS);
  let top = bracketRows === 0 ? 0 : 18 + (bracketRows - 1) * ROW_OF_BRACKETS + 8;
  const deployLabel = hasDeploys ? top + 15 : null;
  if (hasDeploys) top += 22;
  top += 8 + size.title;
  const closes = { top, height: size.closes };
  const bugs = { top: top + size.closes + size.gap + size.title, height: size.bugs };
  const height = bugs.top + bugs.height + AXIS_HEIGHT;
  return { width, height, left: size.rail, right: width - size.scale, brackets, deployLabel, closes, bugs };
}

/** For each span the first row in which it touches no earlier one; spans are in pixels. */
export function packIntoRows(spans: readonly { from: number; to: number }[], gap = 12): number[] {
  const rows: { from: number; to: number }[][] = [];
  return spans.map(({ from, to }) => {
    const free = rows.findIndex(taken => taken.every(other => to + gap <= other.from || from >= other.to + gap));
    const row = free < 0 ? rows.length : free;
    rows[row] = [...(rows[row] ?? []), { from, to }];
    return row;
  });
}
