import type { Exposure } from './exposure.ts';

/** One bin as it was evaluated: what the timeline shows and the baseline learns from. */
export interface EvaluatedBin {
  exposure: Exposure;
  /** Open connections at its end. */
  open: number;
  sickYoung: number;
  sickOld: number;
  closes: number;
  /** Sick clients, and payload-bug closes, that the baseline has in it. */
  expectedSick: number;
  expected: number;
  /** The null's mean of new sick clients, and of those among them whose connection is young. */
  mean: number;
  meanYoung: number;
  /** The season's factor that is in them, and the exposure that the baseline rests on. */
  season: number;
  learntExposure: Exposure;
}

/** New sick clients and the null's mean of them over `count` bins up to and with bin number `last`. */
export function trailingSum(
  evaluated: ReadonlyMap<number, EvaluatedBin>,
  last: number,
  count: number,
): { sick: number; mean: number } {
  let sick = 0;
  let mean = 0;
  for (let number = last - count + 1; number <= last; number++) {
    const one = evaluated.get(number);
    if (!one) continue;
    sick += one.sickYoung + one.sickOld;
    mean += one.mean;
  }
  return { sick, mean };
}
