/** Thresholds have 56 bits. */
const THRESHOLDS = 2n ** 56n;
/** More than these a trace state may not have. Source: W3C Trace Context, 3.3.1.1. */
const MAX_MEMBERS = 32;

/**
 * How many spans a sampled one stands for, by the rejection threshold of a consistent sampler (`ot=th:…`): of 2^56 equally likely numbers
 * it keeps those from the threshold on. 1 where the trace state names none; null where it is malformed, which also says nothing.
 * Sources: W3C Trace Context, "tracestate Header"; OpenTelemetry, "TraceState: Probability Sampling".
 *
 * @example
 * adjustedWeight('ot=th:8'); // half of the spans are kept: 2
 * adjustedWeight('ot=th:c;rv:d29d6a7215ced0,vendor=x'); // a quarter: 4
 */
export function adjustedWeight(traceState: string): number | null {
  const members = traceState.split(',', MAX_MEMBERS + 1).map(member => member.trim());
  if (members.length > MAX_MEMBERS || members.some(member => member !== '' && !/^[^=]+=[^=]+$/.test(member)))
    return null;
  const own = members.filter(member => member.startsWith('ot='));
  if (own.length > 1) return null;
  const thresholds = (own[0]?.slice(3).split(';') ?? []).filter(field => field.startsWith('th:'));
  if (thresholds.length === 0) return 1;
  const digits = thresholds[0]!.slice(3);
  if (thresholds.length > 1 || !/^[\da-f]{1,14}$/.test(digits)) return null;
  return Number(THRESHOLDS) / Number(THRESHOLDS - BigInt(`0x${digits.padEnd(14, '0')}`));
}
