import { binomialTail } from '../statistics/binomial-tail.ts';
import type { CutSigns } from './cut-signs.ts';

/** How much one sign speaks for a proxy (above 0) or for the network (below 0): the logarithm of a ratio of odds, graded by what each of them does to connections. */
export interface CutEvidence {
  sign: 'age' | 'frames' | 'returns' | 'spread' | 'givenUp' | 'instances' | 'again';
  weight: number;
}

/** Networks fail a little more often than proxies are reloaded beside connections that live on. */
const PRIOR = -0.5;
/** No single sign is worth more. */
const MOST = 6;
/** A frame without a code is also what many clients close with: there have to be so many more than usual among those that broke off. */
const FRAMES = 0.3;
/** Nearly all. */
const WHOLE = 0.9;
/** Whoever only lost its proxy can be back at once; a client of a broken network has to wait for it. Seconds. */
const AT_ONCE = 3;
const SOON = 6;
const LATE = 8;
const VERY_LATE = 15;

/**
 * What tells a proxy's reload from a network's drop. A proxy that ends its old workers after a timeout spares every connection
 * that is younger than that, which a network would hit like all others; it can send close frames; its clients are back as soon as they
 * try; it closes its sockets in one go, on all instances alike. A network makes its clients wait, is noticed by pings
 * that stay without an answer, and may hit some instances whole and others not at all. `again` is the number of like cuts within a quarter of an hour.
 */
export function cutEvidence(signs: CutSigns, again: number): CutEvidence[] {
  const all: CutEvidence[] = [
    { sign: 'age', weight: ageWeight(signs) },
    { sign: 'frames', weight: signs.noCode >= signs.usuallyNoCode + FRAMES ? 3 : 0 },
    { sign: 'returns', weight: returnsWeight(signs) },
    { sign: 'spread', weight: signs.spread < 1 ? 0.7 : signs.spread > 3 ? -1.5 : 0 },
    { sign: 'givenUp', weight: signs.givenUp > 0.3 ? -2 : 0 },
    { sign: 'instances', weight: instancesWeight(signs) },
    { sign: 'again', weight: Math.min(2, again) },
  ];
  return all.filter(({ weight }) => weight !== 0);
}

/** Log odds of a proxy; the kind is by its sign. */
export function oddsOfProxy(evidence: readonly CutEvidence[]): number {
  return evidence.reduce((sum, { weight }) => sum + weight, PRIOR);
}

/** By a network all ages are hit alike: how seldom does it take so few of the youngest, by the share that it took of the others? */
function ageWeight({ youngStayed, youngLost, olderLost }: CutSigns): number {
  if (olderLost === null || youngStayed < 1) return 0;
  const young = Math.round(youngStayed + youngLost);
  const share = Math.min(0.95, Math.max(0.02, olderLost));
  // As many or more of them stayed: the upper tail of a binomial.
  return Math.min(MOST, -Math.log(Math.max(1e-6, binomialTail(Math.round(youngStayed), young, 1 - share))));
}

function returnsWeight({ firstBack, watched }: CutSigns): number {
  const after = firstBack ?? watched;
  if (after > VERY_LATE) return -4;
  if (after > LATE) return -2;
  if (firstBack === null) return 0;
  return firstBack <= AT_ONCE ? 2 : firstBack <= SOON ? 0.5 : -1;
}

/** Whole instances and others not at all: a part of the network that they are in. */
function instancesWeight({ instances, open, lost }: CutSigns): number {
  const whole = instances.filter(one => one.lost >= one.open * WHOLE);
  const lostByWhole = whole.reduce((sum, one) => sum + one.lost, 0);
  const openOnWhole = whole.reduce((sum, one) => sum + one.open, 0);
  return lostByWhole >= lost * WHOLE && openOnWhole < open * WHOLE ? -3.5 : 0;
}
