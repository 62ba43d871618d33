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
/** A frame without a code is also what many clients close with. */
const FRAMES = 0.15;
/** Whoever only lost its proxy can be back at once; a client of a broken network has to wait for it. Seconds. */
const AT_ONCE = 3;
const SOON = 6;
const LATE = 10;

/**
 * What tells a proxy's reload from a network's drop. A proxy that ends its old workers after a timeout spares every connection
 * that is younger than that, which a network would hit like all others; it can send close frames; its clients are back as soon as they
 * try; it closes its sockets in one go, on all instances alike. A network makes its clients wait, is noticed by pings
 * that stay without an answer, and may hit some instances whole and others not at all. `again` is the number of like cuts within a quarter of an hour.
 */
export function cutEvidence(signs: CutSigns, again: number): CutEvidence[] {
  const all: CutEvidence[] = [
    { sign: 'age', weight: ageWeight(signs) },
    { sign: 'frames', weight: signs.noCode >= FRAMES ? 3 : 0 },
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

/** By a network all ages are hit alike: that none of the youngest is has the probability (1 - share) to the power of their number. */
function ageWeight({ youngStayed, olderLost }: CutSigns): number {
  if (youngStayed < 1) return 0;
  return Math.min(MOST, -youngStayed * Math.log(Math.max(1e-3, 1 - Math.min(olderLost, 0.95))));
}

function returnsWeight({ firstBack }: CutSigns): number {
  if (firstBack === null) return 0;
  if (firstBack <= AT_ONCE) return 2;
  if (firstBack <= SOON) return 0.5;
  return firstBack <= LATE ? -2 : -4;
}

function instancesWeight({ instances, open }: CutSigns): number {
  const hit = instances.reduce((sum, one) => sum + one.open, 0);
  const whole = instances.every(({ open: own, lost }) => lost >= own * 0.9);
  if (whole && hit < open * 0.9) return -2;
  return 0;
}
