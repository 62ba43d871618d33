import { type Connection, clientKey } from '../connection.ts';
import type { Attribution } from './attribution.ts';
import { SIGNATURE } from './cohort-field.ts';
import { expectedBugs } from './expected-bugs.ts';
import { explainExcess } from './explain-excess.ts';

/** A kind of payload is looked at by itself when it makes up this share of the sick clients. */
const WORTH_A_LOOK = 0.3;

/**
 * Whom an excess of payload bugs comes from. Where no cohort explains all of it, two things may be wrong at once: the payload signatures are looked at one by one,
 * the most frequent first, and a cohort that explains one of them is named with the signature. For the arguments see `explainExcess`.
 */
export function attributeBugs(
  bugs: readonly Connection[],
  population: readonly Connection[],
  expected = 0,
  earlier: readonly Connection[] = [],
): Attribution {
  const whole = explainExcess(bugs, population, expected, expectedBugs, earlier);
  if (whole.cohort.length > 0) return whole;
  const sick = new Set(bugs.map(clientKey)).size;
  const bySignature = Map.groupBy(bugs, bug => bug.payloadSignature);
  if (bySignature.size < 2) return whole;
  const kinds = [...bySignature].sort((a, b) => b[1].length - a[1].length || ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
  for (const [signature, alike] of kinds) {
    const share = new Set(alike.map(clientKey)).size / sick;
    if (signature === null || share < WORTH_A_LOOK) continue;
    // What is usual is not known by signature: it is taken to be of each as much as there is of it.
    const part = explainExcess(alike, population, expected * share, expectedBugs, earlier);
    if (part.cohort.length === 0) continue;
    const term = { attribute: SIGNATURE, value: signature };
    return { cohort: [...part.cohort, term], alsoPossible: part.alsoPossible.map(set => [...set, term]) };
  }
  return whole;
}
