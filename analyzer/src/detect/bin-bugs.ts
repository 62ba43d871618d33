import { BINS_KEPT } from '../facts/limits.ts';
import type { Bin, BinBug, ServiceBins } from '../facts/service-bins.ts';

/** The payload bugs of a bin in order of time, the same in any order of arrival. */
export function bugsOf(bin: Bin | undefined): BinBug[] {
  if (!bin || bin.bugs.size === 0) return [];
  return [...bin.bugs.values()].sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
}

/** How many closes these payload bugs stand for. */
export function closesOf(bugs: Iterable<BinBug>): number {
  let closes = 0;
  for (const { weight } of bugs) closes += weight;
  return closes;
}

/** The payload bugs of bin number `from` to bin number `to`, as far back as bins are kept. */
export function bugsBetween({ bins }: ServiceBins, from: number, to: number): BinBug[] {
  const bugs: BinBug[] = [];
  for (let number = Math.max(from, to - BINS_KEPT); number <= to; number++) bugs.push(...bugsOf(bins.get(number)));
  return bugs;
}
