/**
 * How many times the rate of the new version may exceed the old one's. A bug that ships with a version multiplies its rate by whatever; a mixture is
 * never behind the best of these by more than their number.
 */
const RATIOS = [1.5, 2, 3, 5, 10, 30, 100, 1_000] as const;

/**
 * Evidence that the new version has more events than its exposure explains: the likelihood ratio of what came, averaged over rate ratios. Under the null
 * (the new version's rate is at most the old one's) its mean never exceeds 1, whatever common rate rises and falls meanwhile, so that it reaches
 * 1/alpha with probability alpha at most, looked at after every event (Ville's inequality). Lindon and Malek 2022, "Anytime-valid inference for
 * multinomial count data", https://arxiv.org/abs/2011.03567.
 *
 * Holds the log of each ratio's evidence, its weight included.
 */
export type EProcess = Float64Array;

export function freshEProcess(): EProcess {
  return new Float64Array(RATIOS.length).fill(-Math.log(RATIOS.length));
}

/**
 * Takes in one event. `share` (0 to 1) is the new version's part of what was exposed just before it. An event counts as `weight` (at most 1) of one: a power of a
 * likelihood ratio has a mean of at most 1 too, and events that come in clumps of 1/weight are then worth one each.
 * @example afterEvent(process, { isNew: true, share: 0.5 }, 1) // multiplies each ratio's evidence by ratio / (0.5 + 0.5 * ratio)
 */
export function afterEvent(
  process: EProcess,
  { isNew, share }: { isNew: boolean; share: number },
  weight: number,
): void {
  for (const [index, ratio] of RATIOS.entries())
    process[index]! += weight * ((isNew ? Math.log(ratio) : 0) - Math.log1p((ratio - 1) * share));
}

/** The evidence, at least 0; 1 before any event. */
export function eValue(process: EProcess): number {
  return process.reduce((sum, log) => sum + Math.exp(log), 0);
}
