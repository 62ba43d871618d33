import type { Verdict } from '@closewatch/analyzer';
import { EPOCH } from './row-writer.ts';
import { TRUTHS, type Truth } from './scenarios.ts';

/** What a list of verdicts calls a case: `mixed` where more than one kind of wave is told. */
export type Name = Truth | 'mixed';

/** A wave that is told of so long before or after what was done has nothing to do with it. Seconds. */
const BEFORE = 60;

/** The name that the waves among the verdicts give to what was done at second `at`, and how many there are. */
export function nameOf(
  verdicts: readonly Verdict[],
  at: number,
): { name: Name; waves: Verdict[]; elsewhere: Verdict[] } {
  const all = verdicts.filter(({ kind }) => (TRUTHS as readonly string[]).includes(kind));
  const isNear = ({ startedAt }: Verdict) => Date.parse(startedAt) >= EPOCH + (at - BEFORE) * 1_000;
  const waves = all.filter(isNear);
  const kinds = new Set(waves.map(({ kind }) => kind));
  const name = kinds.size === 0 ? 'none' : kinds.size > 1 ? 'mixed' : ([...kinds][0] as Truth);
  return { name, waves, elsewhere: all.filter(wave => !isNear(wave)) };
}
