/** One kind of service: how often something that counts happens while nothing is wrong, and how clumped. */
export interface BaseRate {
  name: string;
  perSecond: number;
}

const DAY = 86_400;

/** From one payload bug a week to thousands a minute. */
export const BASE_RATES: readonly BaseRate[] = [
  { name: '1/week', perSecond: 1 / (7 * DAY) },
  { name: '0.5/day', perSecond: 0.5 / DAY },
  { name: '3/day', perSecond: 3 / DAY },
  { name: '1/h', perSecond: 1 / 3_600 },
  { name: '1/min', perSecond: 1 / 60 },
  { name: '30/min', perSecond: 0.5 },
  { name: '1000/min', perSecond: 1_000 / 60 },
];
/** Variance over mean of the counts of a bin. */
export const DISPERSIONS = [1, 2, 5] as const;
/** Sizes of the change, as ratios to the base rate. */
export const CHANGES = [1.5, 2, 3, 10, 100] as const;
