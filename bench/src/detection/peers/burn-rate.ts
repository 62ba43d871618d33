import type { Peer, PeerStep } from './peer.ts';
import { Ring } from './ring.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Burn rate, and the long and the short window that both have to exceed it. The workbook pages on the first two and opens a ticket on the third. */
export const WORKBOOK_RULES = [
  { burn: 14.4, long: HOUR, short: 5 * MINUTE },
  { burn: 6, long: 6 * HOUR, short: 30 * MINUTE },
  { burn: 1, long: 3 * DAY, short: 6 * HOUR },
] as const;
/** The workbook's running example: an objective of 99.9 %. */
const SHIPPED_BUDGET = 0.001;

/**
 * Multi-window, multi-burn-rate alerts: the share of bad events over a long and a short window, both above the burn rate times the error budget. The statistic is the largest
 * budget at which a rule still fires, so the threshold is the budget itself. Google SRE workbook, "Alerting on SLOs", table 5-8,
 * https://sre.google/workbook/alerting-on-slos/.
 */
export function burnRate(bin: number): Peer {
  return {
    name: 'burn rates 14.4x 6x 1x',
    source: 'SRE workbook, alerting on SLOs, table 5-8',
    configuration: '1 h and 5 min, 6 h and 30 min, 3 d and 6 h',
    bin,
    threshold: SHIPPED_BUDGET,
    thresholdIs: 'error budget',
    warmUp: Math.ceil((3 * DAY) / bin),
    start: () => burnSteps(bin),
  };
}

function burnSteps(bin: number): PeerStep {
  const rules = WORKBOOK_RULES.map(({ burn, long, short }) => ({
    burn,
    long: share(long / bin),
    short: share(short / bin),
  }));
  return (count, total) => {
    let largest = 0;
    for (const { burn, long, short } of rules) {
      const both = Math.min(long(count, total), short(count, total)) / burn;
      if (both > largest) largest = both;
    }
    return largest;
  };
}

/** The share of bad events over the last bins; where nothing at all happened, none. */
function share(bins: number): (bad: number, all: number) => number {
  const [bads, alls] = [new Ring(bins), new Ring(bins)];
  return (bad, all) => {
    bads.push(bad);
    alls.push(all);
    return alls.sum > 0 ? bads.sum / alls.sum : 0;
  };
}
