/** One subject: how long it was watched, and whether the event came at the end of that (or it was lost from sight). */
export interface Observation {
  time: number;
  event: boolean;
}

/** The share that has not had the event just after `time`. */
export interface SurvivalStep {
  time: number;
  survival: number;
}

/**
 * The Kaplan-Meier estimator of the survival function, S(t) = product over event times up to t of (1 - events / at
 * risk). Subjects that were lost from sight count as at risk until then. Returns one step per distinct event time,
 * ascending; times are in the unit of the observations.
 * https://en.wikipedia.org/wiki/Kaplan%E2%80%93Meier_estimator
 *
 *     kaplanMeier([{ time: 1, event: true }, { time: 2, event: false }]) // [{ time: 1, survival: 0.5 }]
 */
export function kaplanMeier(observations: readonly Observation[]): SurvivalStep[] {
  const ordered = [...observations].sort((a, b) => a.time - b.time);
  const steps: SurvivalStep[] = [];
  let survival = 1;
  let at = 0;
  while (at < ordered.length) {
    const { time } = ordered[at]!;
    const atRisk = ordered.length - at;
    let events = 0;
    for (; at < ordered.length && ordered[at]!.time === time; at += 1) if (ordered[at]!.event) events += 1;
    if (events === 0) continue;
    survival *= 1 - events / atRisk;
    steps.push({ time, survival });
  }
  return steps;
}

/** The smallest time by which at least `share` (0 to 1) have had the event; null where the curve does not get there. */
export function timeOfShare(steps: readonly SurvivalStep[], share: number): number | null {
  // Rounding in the product may leave a survival of 0.5 at 0.50000000000000011.
  return steps.find(step => 1 - step.survival >= share - 1e-12)?.time ?? null;
}

/** The share (0 to 1) that has had the event by `time`, in the unit of the observations. */
export function shareBy(steps: readonly SurvivalStep[], time: number): number {
  return 1 - (steps.findLast(step => step.time <= time)?.survival ?? 1);
}
