import type { Peer, PeerStep } from './peer.ts';
import { Ring } from './ring.ts';

/** Settings of EARS: the bins of the baseline, and the least standard deviation (Burkom suggests 0.5 or 1 for sparse counts; shipped: 0). */
export interface EarsSettings {
  method: 'C1' | 'C2' | 'C3';
  /** Seconds. */
  bin: number;
  baseline?: number;
  minSigma?: number;
}

/** Bins between the baseline and the one judged. */
const LAG = { C1: 0, C2: 2, C3: 2 };
const SHIPPED_BASELINE = 7;
/** Normal quantiles of alpha = 0.001 for C1 and C2, 0.025 for C3, as the CDC chose. */
const SHIPPED_Z = { C1: 3.090232, C2: 3.090232, C3: 1.959964 };

/**
 * EARS C1, C2 and C3: the count against mean and standard deviation of seven bins, just before (C1) or two bins earlier (C2); C3 adds up C2's excess over
 * 1 of three bins. Fricker, Hegler, Dunfee 2008, https://doi.org/10.1002/sim.3197; as `earsC` of the R package surveillance has it.
 */
export function ears({ method, bin, baseline = SHIPPED_BASELINE, minSigma = 0 }: EarsSettings): Peer {
  return {
    name: `EARS ${method}`,
    source: 'Fricker, Hegler, Dunfee 2008; surveillance::earsC',
    configuration: `baseline ${baseline} bins, minSigma ${minSigma}`,
    bin,
    threshold: SHIPPED_Z[method],
    thresholdIs: 'standard deviations',
    warmUp: baseline + LAG[method] + (method === 'C3' ? 2 : 0),
    start: () => (method === 'C3' ? cThree(baseline, minSigma) : excess(baseline, LAG[method], minSigma)),
  };
}

/** (count - mean) / standard deviation; infinite above a baseline that never varied, as `count > upper bound` is then all there is to say. */
function excess(baseline: number, lag: number, minSigma: number): PeerStep {
  const recent = new Ring(baseline + lag + 1);
  const reference = new Ring(baseline);
  let squares = 0;
  let seen = 0;
  return count => {
    recent.push(count);
    // The value that enters the baseline after this bin is the one `lag` bins back.
    const judged = seen >= baseline + lag ? standardised(count, reference.sum, squares, baseline, minSigma) : -Infinity;
    seen++;
    if (seen > lag) {
      const entering = recent.at(lag + 1);
      const gone = reference.push(entering);
      squares += entering ** 2 - gone ** 2;
    }
    return judged;
  };
}

function standardised(count: number, sum: number, squares: number, n: number, minSigma: number): number {
  const mean = sum / n;
  const sigma = Math.max(Math.sqrt(Math.max(0, squares - sum * mean) / (n - 1)), minSigma);
  if (sigma > 0) return (count - mean) / sigma;
  return count > mean ? Number.POSITIVE_INFINITY : -Infinity;
}

/** The excess of this bin's C2 over what the two before it leave: surveillance's upper bound, in standard deviations. */
function cThree(baseline: number, minSigma: number): PeerStep {
  const cTwo = excess(baseline, LAG.C3, minSigma);
  let [before, last] = [0, 0];
  return count => {
    const now = cTwo(count, 0);
    const statistic = Math.max(0, now - 1) + last + before;
    [before, last] = [last, Math.max(0, now - 1)];
    return now === -Infinity && statistic === 0 ? -Infinity : statistic;
  };
}
