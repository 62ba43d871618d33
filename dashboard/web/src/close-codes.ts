import type { SeriesBin } from '@closewatch/analyzer';

/** How a close code is drawn: the seven that have a colour of their own, or share one. */
export type CodeKey = '1007' | '1012' | '1001' | '1006' | '1005' | '1000' | 'other';

/** Bottom to top of the stack: what is usual lies at the bottom, what matters on top. */
export const STACK: readonly CodeKey[] = ['1000', 'other', '1005', '1006', '1001', '1012', '1007'];

/** The order of the legend and the tables: what matters first. */
export const READING_ORDER: readonly CodeKey[] = ['1007', '1012', '1001', '1006', '1005', '1000', 'other'];

export const CODE_NAMES: Record<CodeKey, string> = {
  '1007': 'invalid payload',
  '1012': 'restart',
  '1001': 'going away',
  '1006': 'abnormal',
  '1005': 'no code',
  '1000': 'normal',
  other: 'other codes',
};

/** Under which key a close code is drawn. */
function keyOfCode(code: string): CodeKey {
  return code !== 'other' && Object.hasOwn(CODE_NAMES, code) ? (code as CodeKey) : 'other';
}

/** Closes of a bin by key. */
export function closesByKey(bin: Pick<SeriesBin, 'closes'>): Record<CodeKey, number> {
  const counts: Record<CodeKey, number> = {
    '1007': 0,
    '1012': 0,
    '1001': 0,
    '1006': 0,
    '1005': 0,
    '1000': 0,
    other: 0,
  };
  for (const [code, count] of Object.entries(bin.closes)) counts[keyOfCode(code)] += count;
  return counts;
}

/** All closes of a bin. */
export function totalCloses(bin: Pick<SeriesBin, 'closes'>): number {
  return Object.values(bin.closes).reduce((sum, count) => sum + count, 0);
}
