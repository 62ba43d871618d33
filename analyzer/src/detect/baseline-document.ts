import type { Baseline } from './baseline.ts';
import { HOUR_OF_WEEK } from './season.ts';

/** A baseline as it is kept, and for how long its service had been known. */
export interface UsualRate {
  baseline: Baseline;
  /** Number of the bin before which it was as it is. */
  bin: number;
  /** Seconds since the service's first row. */
  age: number;
}

/** Raised with every change of what a baseline holds: one of another format is learnt anew. */
const FORMAT = 1;

/** As a JSON document. */
export function documentOf({ baseline, bin, age }: UsualRate): Record<string, unknown> {
  const { season } = baseline;
  const factors = season && { sick: [...season.sick], mean: [...season.mean] };
  return { format: FORMAT, bin, age, baseline: { ...baseline, season: factors } };
}

/** What such a document says; null where it is of another format, or spoilt. */
export function usualRateFrom(document: Record<string, unknown>): UsualRate | null {
  const { format, bin, age, baseline } = document as unknown as { format: number } & UsualRate;
  if (format !== FORMAT || !areNumbers(document) || baseline.season === null) return null;
  const [sick, mean] = [baseline.season.sick, baseline.season.mean].map(values => Float64Array.from(values));
  if (sick!.length !== HOUR_OF_WEEK.slots || mean!.length !== HOUR_OF_WEEK.slots) return null;
  return { bin, age, baseline: { ...baseline, season: { shape: HOUR_OF_WEEK, sick: sick!, mean: mean! } } };
}

/** JSON makes null of a number that is none. */
function areNumbers(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value === 'object') return Object.values(value).every(areNumbers);
  return Number.isFinite(value);
}
