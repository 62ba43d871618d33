import { BIN } from '../facts/limits.ts';
import type { ServiceBins } from '../facts/service-bins.ts';
import type { OpensUpTo } from './timeout-cell.ts';

/** Cumulated opens over the bins from number `from` to before number `to`, straight lines in between. */
export function opensUpTo({ bins }: Pick<ServiceBins, 'bins'>, from: number, to: number): OpensUpTo {
  const sums = new Float64Array(Math.max(0, to - from) + 1);
  for (let number = from; number < to; number += 1)
    sums[number - from + 1] = sums[number - from]! + (bins.get(number)?.opens ?? 0);
  return time => {
    const place = Math.min(Math.max(time / BIN - from, 0), sums.length - 1);
    const whole = Math.floor(place);
    const next = sums[Math.min(whole + 1, sums.length - 1)]!;
    // In parts of 1,024, as weights are: then all sums are exact, wherever they begin.
    const part = Math.round((place - whole) * 1_024) / 1_024;
    return sums[whole]! + part * (next - sums[whole]!);
  };
}
