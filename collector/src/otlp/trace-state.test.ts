import { describe, expect, it } from 'vitest';
import { adjustedWeight } from './trace-state.ts';

describe('the weight of a sampled span', () => {
  // Thresholds of https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/ and OTEP 235.
  it.each([
    ['ot=th:0', 1],
    ['ot=th:8', 2],
    ['ot=th:c', 4],
    ['ot=th:fd70a4', 100],
    ['ot=rv:6e6d1a75832a2f;th:e666666666666', 10],
    ['vendor=1, ot=th:8;rv:d29d6a7215ced0 ,other=2', 2],
    ['ot=th:ffffffffffffff', 2 ** 56],
  ])('of %s is %d', (traceState, weight) => {
    expect(adjustedWeight(traceState)).toBeCloseTo(weight, 3);
  });

  it.each(['', 'vendor=th:8', 'ot=rv:d29d6a7215ced0', ' , ,'])('is 1 where "%s" names no threshold', traceState => {
    expect(adjustedWeight(traceState)).toBe(1);
  });

  it.each([
    'ot=th:',
    'ot=th:g',
    'ot=th:8C',
    'ot=th:123456789012345',
    'ot=th:8;th:c',
    'ot=th:8,ot=th:c',
    'ot',
    'ot==th:8',
    Array.from({ length: 33 }, (_, serial) => `v${serial}=1`).join(),
  ])('is not known where "%s" is malformed', traceState => {
    expect(adjustedWeight(traceState)).toBeNull();
  });
});
