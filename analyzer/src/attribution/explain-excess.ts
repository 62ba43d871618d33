import { type Connection, clientKey } from '../connection.ts';
import type { CohortTerm } from '../verdict.ts';
import type { Attribution } from './attribution.ts';
import { COHORT_FIELDS, type CohortField, wireNameOf } from './cohort-field.ts';
import { type CohortTable, cohortTable, type LeadingValue } from './cohort-table.ts';
import { kulldorffLogLikelihoodRatio } from './kulldorff-log-likelihood-ratio.ts';

/** A cohort has to explain this share of the excess. */
const EXPLAINED = 0.8; // the contract's figure
/** More terms than this nobody reads, and chance finds. */
const MOST_TERMS = 3;
/** Natural log of the odds against chance that naming a cohort needs, on top of the number of candidates. */
const EVIDENCE = Math.log(20); // 20 to 1: six of 1,000 seeded fleets without a cause got a name
/** A further term may cost this share of the cohort's bugs at most, or it describes a part of them and not their cause. */
const KEPT_BY_TERM = 0.95;
/** Cohorts that overlap by this share (common over united), in bugs and in population, can't be told apart. */
const ALIKE = 0.9;
/** What a rolling deploy changes for every client that comes back. */
const CHANGED_BY_ROLL: ReadonlySet<CohortField> = new Set(['serviceVersion', 'instance']);

/**
 * The smallest set of attribute values that explains at least 80 % of the excess of `bugs` over what `population` would
 * have had alike, and the sets that the data can't tell from it. Every client has one vote. `population` are the
 * connections the bugs are compared with, bugs included; `expected` the sick clients that the baseline would have had
 * among them; where it would have had them all, there is no excess and no cohort.
 *
 * Of a field only the value with the largest excess can explain 80 %, so the sets of up to three terms are searched
 * exhaustively. A set is named when Kulldorff's likelihood ratio exceeds the number of sets that could have
 * been named twentyfold; a further term joins when the bugs inside the cohort call for it just as clearly. The cohort
 * is empty where nothing is specific.
 */
export function explainExcess(
  bugs: readonly Connection[],
  population: readonly Connection[],
  expected = 0,
): Attribution {
  const sick = new Set(bugs.map(clientKey)).size;
  if (population.length === 0 || expected >= sick) return { cohort: [], alsoPossible: [] };
  const table = cohortTable(bugs, population, expected);
  const explaining = masksOf(table).filter(mask => explains(table, mask, expected));
  for (let terms = 1; terms <= MOST_TERMS; terms += 1) {
    const named = explaining.filter(mask => bitCount(mask) === terms && surplus(table, mask) >= EVIDENCE);
    if (named.length === 0) continue;
    const best = named.reduce((most, mask) => (surplus(table, mask) > surplus(table, most) ? mask : most));
    // Fields are in order of preference, so of sets that can't be told apart the lowest mask is the one to name.
    const preferred = named.find(mask => areAlike(table, mask, best)) ?? best;
    const cohort = extend(table, preferred, explaining);
    return { cohort: termsOf(table, cohort), alsoPossible: alternatives(table, cohort, explaining) };
  }
  return { cohort: [], alsoPossible: [] };
}

function masksOf(table: CohortTable): number[] {
  const masks: number[] = [];
  for (let mask = 1; mask < 1 << table.values.length; mask += 1) if (bitCount(mask) <= MOST_TERMS) masks.push(mask);
  return masks;
}

function explains(table: CohortTable, mask: number, expected: number): boolean {
  const all = table.votesFor(0);
  const { bugs, exposed } = table.votesFor(mask);
  // The last term is for rounding: votes are sums of fractions.
  return bugs - (expected * exposed) / all.exposed >= EXPLAINED * (all.bugs - expected) - 1e-9;
}

/** The log likelihood ratio of a cohort less the log of how many cohorts could have been named in its place. */
function surplus(table: CohortTable, mask: number): number {
  const all = table.votesFor(0);
  const { bugs, exposed } = table.votesFor(mask);
  const ratio = kulldorffLogLikelihoodRatio(bugs, (all.bugs * exposed) / all.exposed, all.bugs);
  return ratio - logCandidates(valuesOf(table, mask));
}

function logCandidates(values: readonly LeadingValue[]): number {
  return values.reduce((sum, { choices }) => sum + Math.log(choices * COHORT_FIELDS.length), 0);
}

/** Adds terms for as long as one narrows the cohort without losing its bugs. */
function extend(table: CohortTable, cohort: number, explaining: readonly number[]): number {
  let best = cohort;
  let bestGain = 0;
  for (const mask of explaining) {
    if ((mask & cohort) !== cohort || bitCount(mask) !== bitCount(cohort) + 1) continue;
    const gain = gainOf(table, cohort, mask);
    if (gain >= EVIDENCE && gain > bestGain) [best, bestGain] = [mask, gain];
  }
  return best === cohort ? cohort : extend(table, best, explaining);
}

/** What the further term of `mask` says inside `cohort`, as the surplus of its log likelihood ratio there. */
function gainOf(table: CohortTable, cohort: number, mask: number): number {
  const wide = table.votesFor(cohort);
  const narrow = table.votesFor(mask);
  if (narrow.bugs < KEPT_BY_TERM * wide.bugs) return 0;
  const [term] = valuesOf(table, mask & ~cohort);
  const exposed = narrow.exposed / wide.exposed;
  const fresh = CHANGED_BY_ROLL.has(term!.field) && wide.fresh > 0 ? narrow.fresh / wide.fresh : 0;
  const expected = wide.bugs * Math.max(exposed, fresh);
  return kulldorffLogLikelihoodRatio(narrow.bugs, expected, wide.bugs) - logCandidates([term!]);
}

/** Other sets that select (nearly) the same; of those that differ by terms that change nothing, the shortest. */
function alternatives(table: CohortTable, cohort: number, explaining: readonly number[]): CohortTerm[][] {
  const alike = explaining
    .filter(mask => mask !== cohort && areAlike(table, mask, cohort))
    .sort((a, b) => bitCount(a) - bitCount(b) || a - b);
  const shortest: number[] = [];
  for (const mask of alike) {
    const known = [cohort, ...shortest];
    if (!known.some(shorter => (mask & shorter) === shorter)) shortest.push(mask);
  }
  return shortest.map(mask => termsOf(table, mask));
}

function areAlike(table: CohortTable, one: number, other: number): boolean {
  const [a, b, both] = [table.votesFor(one), table.votesFor(other), table.votesFor(one | other)];
  return (
    both.bugs >= ALIKE * (a.bugs + b.bugs - both.bugs) && both.exposed >= ALIKE * (a.exposed + b.exposed - both.exposed)
  );
}

function valuesOf(table: CohortTable, mask: number): LeadingValue[] {
  return table.values.filter((_value, bit) => (mask & (1 << bit)) !== 0);
}

function termsOf(table: CohortTable, mask: number): CohortTerm[] {
  return valuesOf(table, mask).map(({ field, value }) => ({ attribute: wireNameOf(field), value }));
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
