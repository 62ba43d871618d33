import { burnRate } from './peers/burn-rate.ts';
import { ears } from './peers/ears.ts';
import { ewma } from './peers/ewma.ts';
import { farringtonFlexible, NOUFAILY } from './peers/farrington-flexible.ts';
import type { Peer } from './peers/peer.ts';
import { poissonFocus } from './peers/poisson-focus.ts';
import { prometheusIncrease } from './peers/prometheus-increase.ts';
import { seasonalHybridEsd } from './peers/seasonal-hybrid-esd.ts';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** One detector with what its users tune beside the threshold: the first is as it is shipped, and the best of all is taken, for each cell anew. */
export interface PeerFamily {
  name: string;
  variants: readonly Peer[];
  /** The change comes with a new version, whose series begin with it. */
  freshAtChange?: boolean;
}

const FIVE_IN_FOUR = { limit54: [0, 4] } as const;

export const PEERS: readonly PeerFamily[] = [
  { name: 'increase[5m] > N', variants: [MINUTE, 15].map(scrape => prometheusIncrease({ scrape })) },
  {
    name: 'increase[5m] > N, new series',
    variants: [MINUTE, 15].map(scrape => prometheusIncrease({ scrape })),
    freshAtChange: true,
  },
  { name: 'burn rates', variants: [burnRate(MINUTE)] },
  ...(['C1', 'C2', 'C3'] as const).map(method => ({
    name: `EARS ${method}`,
    variants: [
      ears({ method, bin: DAY }),
      ...[MINUTE, HOUR, DAY].flatMap(bin => [0.5, 1].map(minSigma => ears({ method, bin, minSigma }))),
    ],
  })),
  {
    name: 'Farrington flexible',
    variants: [
      farringtonFlexible({ bin: HOUR, frequency: WEEK / HOUR }),
      farringtonFlexible({ bin: HOUR, frequency: WEEK / HOUR, ...FIVE_IN_FOUR }),
      farringtonFlexible({ bin: HOUR, frequency: WEEK / HOUR, ...NOUFAILY, noPeriods: 1, ...FIVE_IN_FOUR }),
    ],
  },
  {
    name: 'EWMA z-score',
    variants: [
      ewma({ bin: MINUTE }),
      ewma({ bin: MINUTE, lambda: 0.05 }),
      ewma({ bin: MINUTE, lambda: 1 }),
      ewma({ bin: HOUR }),
    ],
  },
  { name: 'S-H-ESD', variants: [seasonalHybridEsd({ bin: HOUR, period: 24, window: 14 * 24 })] },
  {
    name: 'Poisson-FOCuS',
    variants: [
      poissonFocus({ bin: 10 }),
      poissonFocus({ bin: 10, least: 1.5 }),
      poissonFocus({ bin: MINUTE, least: 1.5 }),
    ],
  },
];
