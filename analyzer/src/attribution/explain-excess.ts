import type { Connection } from '../connection.ts';
import { regularizedGamma } from '../statistics/regularized-gamma.ts';
import type { CohortTerm } from '../verdict.ts';
import type { Attribution } from './attribution.ts';
import type { SickAndExpected } from './cohort-cells.ts';
import { wireNameOf } from './cohort-field.ts';
import { type CohortTable, cohortTable, type Leaf } from './cohort-table.ts';
import { type ExpectedBugs, expectedBugs } from './expected-bugs.ts';
import { firstBugOfEachClient } from './first-bug-of-each-client.ts';
import { kulldorffLogLikelihoodRatio } from './kulldorff-log-likelihood-ratio.ts';

/** A cohort has to explain this share of the excess. */
const EXPLAINED = 0.8; // the contract's figure
/** More terms than this nobody reads, and chance finds. */
const MOST_TERMS = 3;
/** Natural log of the odds against chance that naming a cohort needs, on top of the number of candidates. */
const EVIDENCE = Math.log(50);
/** The same of each further term. */
const TERM_EVIDENCE = Math.log(20);
/** What is less likely than the best by no more than this can't be told from it. */
const DOUBT = Math.log(20);
/** Cohorts that overlap by this share (common over united), in bugs and in population, can't be told apart. */
const ALIKE = 0.9;
/** What is this likely by chance speaks against nothing. */
const CHANCE = 0.05;
/** Of the sick clients this share has to say anything in a cohort's fields. */
const KNOWN = 0.5;

/** What is to be expected of each connection where everybody is alike. */
type Exposure = (bugs: readonly Connection[], population: readonly Connection[]) => ExpectedBugs;

/** A set of leaves and how well it explains the bugs. */
interface Candidate {
  mask: number;
  terms: number;
  /** Log likelihood ratio against nobody in particular, less the log of how many sets could have been named. */
  surplus: number;
  /** The same less what its further terms have to bring. */
  score: number;
}

/**
 * The smallest set of attribute values that explains at least 80 % of the excess of `bugs` over what `population` would
 * have had alike, and the sets that the data can't tell from it. Every client counts once, at its first bug, against what would be expected of
 * connections of its age (see `expectedBugs`). `population` are the connections the bugs are compared with, bugs included; `expected` the sick
 * clients that the baseline would have had among them; where it would have had them all, there is no excess and no cohort. `exposure` says what is
 * expected of each connection: `expectedAlike` where it is no matter of time. `earlier` are the bugs
 * of a while before: what always has more of them than others is not named for having as many as ever.
 *
 * Of each field the two values with the clearest excess are searched in all sets of up to three. The best by Kulldorff's likelihood ratio is
 * named, when it is at least fifty times what the best of all sets would have by chance; a further term has to bring a factor of twenty. The
 * cohort is empty where nothing is specific.
 */
export function explainExcess(
  bugs: readonly Connection[],
  population: readonly Connection[],
  expected = 0,
  exposure: Exposure = expectedBugs,
  earlier: readonly Connection[] = [],
): Attribution {
  const nobody = { cohort: [], alsoPossible: [] };
  if (bugs.length === 0 || population.length === 0) return nobody;
  const table = cohortTable(exposure(bugs, population), population, firstBugOfEachClient(earlier));
  if (expected >= table.all.sick) return nobody;
  const candidates = candidatesOf(table, expected);
  if (candidates.length === 0) return nobody;
  const best = candidates.reduce((most, one) => (one.score > most.score ? one : most));
  if (best.surplus < EVIDENCE) return nobody;
  // Fields are in order of preference, so of sets that can't be told apart the lowest mask is the one to name.
  const alike = candidates.filter(one => one.terms === best.terms && areAlike(table, one.mask, best.mask));
  const cohort = alike.reduce((lowest, { mask }) => Math.min(lowest, mask), best.mask);
  return { cohort: termsOf(table, cohort), alsoPossible: alternatives(table, cohort, best, candidates) };
}

function candidatesOf(table: CohortTable, baseline: number): Candidate[] {
  const candidates: Candidate[] = [];
  const visit = (mask: number, from: number, terms: number) => {
    for (let bit = from; bit < table.leaves.length; bit++) {
      if (valuesOf(table, mask).some(({ field }) => field === table.leaves[bit]!.field)) continue;
      const next = mask | (1 << bit);
      const surplus = surplusOf(table, next, terms + 1, baseline);
      if (surplus !== null)
        candidates.push({ mask: next, terms: terms + 1, surplus, score: surplus - terms * TERM_EVIDENCE });
      if (terms + 1 < MOST_TERMS) visit(next, bit + 1, terms + 1);
    }
  };
  visit(0, 0, 0);
  return candidates;
}

/** Null where the set does not explain the excess. */
function surplusOf(table: CohortTable, mask: number, terms: number, baseline: number): number | null {
  const { all } = table;
  const inside = table.countsOf(mask);
  const known = table.countsWithFieldsOf(mask);
  if (inside.sick === 0 || known.sick < KNOWN * all.sick || known.expected <= 0) return null;
  const usualInside = usualOf(inside, all, baseline);
  const usualKnown = usualOf(known, all, baseline);
  if (!explains(inside.sick, known.sick, usualInside, usualKnown)) return null;
  const share = inside.expected / known.expected;
  // What is usual lies as it usually does, and the rest as the exposure.
  const usual = Math.min(usualKnown, known.sick);
  const due = usualKnown === 0 ? known.sick * share : (usual * usualInside) / usualKnown + (known.sick - usual) * share;
  const ratio = kulldorffLogLikelihoodRatio(inside.sick, due, known.sick);
  return ratio - logChoices(table.valuesFrom(share), terms);
}

/** The usual sick clients of a set: as it had them shortly before, held to its exposure where there were few. */
function usualOf({ expected, earlier }: SickAndExpected, all: SickAndExpected, baseline: number): number {
  const share = expected / all.expected;
  return (baseline * (earlier + PRIOR_EARLIER * share)) / (all.earlier + PRIOR_EARLIER);
}

/** How many sick clients before it began the exposure is worth. */
const PRIOR_EARLIER = 3;

/** Whether what is outside is no more than its part of the usual and of the excess that may be left, but for chance. */
function explains(inside: number, known: number, usualInside: number, usualKnown: number): boolean {
  const excess = known - usualKnown;
  const outside = known - inside;
  const allowed = usualKnown - usualInside + (1 - EXPLAINED) * Math.max(0, excess);
  return outside <= allowed + 1e-9 || regularizedGamma(outside, allowed) > CHANCE;
}

/** Log of the ways to choose so many of so many values. */
function logChoices(values: number, terms: number): number {
  let log = 0;
  for (let term = 0; term < terms; term++) log += Math.log(Math.max(1, values - term) / (term + 1));
  return Math.max(0, log);
}

/** Other sets that are (nearly) as likely; of those that differ by terms that change nothing, the shortest. */
function alternatives(
  table: CohortTable,
  cohort: number,
  best: Candidate,
  candidates: readonly Candidate[],
): CohortTerm[][] {
  const possible = candidates
    .filter(one => one.mask !== cohort && (one.score >= best.score - DOUBT || areAlike(table, one.mask, cohort)))
    .sort((a, b) => a.terms - b.terms || b.score - a.score || a.mask - b.mask);
  const shortest: number[] = [];
  for (const { mask } of possible) {
    if (![cohort, ...shortest].some(shorter => (mask & shorter) === shorter)) shortest.push(mask);
  }
  return shortest.map(mask => termsOf(table, mask));
}

function areAlike(table: CohortTable, one: number, other: number): boolean {
  const [a, b, both] = [table.countsOf(one), table.countsOf(other), table.countsOf(one | other)];
  return (
    both.sick >= ALIKE * (a.sick + b.sick - both.sick) &&
    both.expected >= ALIKE * (a.expected + b.expected - both.expected)
  );
}

function valuesOf(table: CohortTable, mask: number): Leaf[] {
  return table.leaves.filter((_leaf, bit) => (mask & (1 << bit)) !== 0);
}

function termsOf(table: CohortTable, mask: number): CohortTerm[] {
  return valuesOf(table, mask).map(({ field, value }) => ({ attribute: wireNameOf(field), value }));
}
