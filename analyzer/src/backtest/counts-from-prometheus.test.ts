import { describe, expect, it } from 'vitest';
import { countsFromPrometheus } from './counts-from-prometheus.ts';

const matrix = (...series: unknown[][]) =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'matrix', result: series.map(values => ({ metric: {}, values })) },
  });

describe('counts from a Prometheus query_range', () => {
  it('takes the samples of one series; extrapolated decimals are rounded, NaN is unknown', () => {
    const text = matrix([
      [1_435_781_430.5, '0'],
      [1_435_781_445.5, '3.1578'],
      [1_435_781_460.5, 'NaN'],
      [1_435_781_475.5, '2'],
    ]);
    expect(countsFromPrometheus(text)).toEqual({
      binSeconds: 15,
      times: [1_435_781_430.5, 1_435_781_445.5, 1_435_781_475.5],
      counts: [0, 3, 2],
      exposures: null,
    });
  });

  it.each([
    ['{', 'expected the JSON of a Prometheus query_range: '],
    [
      '{"status":"error","error":"bad query"}',
      'expected a query_range answer with status "success", got "error": bad query',
    ],
    [
      '{"status":"success","data":{"resultType":"vector","result":[]}}',
      'expected resultType "matrix", got "vector": ask query_range, not query',
    ],
    [matrix(), 'expected one series, got 0: nothing matched the query'],
    [matrix([[0, '1']], [[0, '1']]), 'expected one series, got 2: add them up with sum()'],
    [
      matrix([
        [0, '1'],
        [60, 'x'],
      ]),
      'sample 2: expected a number in text as value, got "x"',
    ],
    [
      matrix([
        [0, '1'],
        ['60', '1'],
      ]),
      'sample 2: expected [epoch seconds, "value"], got ["60","1"]',
    ],
    [
      matrix([
        [0, '1'],
        [60, '-1'],
      ]),
      'sample 2: expected a count from 0 on, got -1',
    ],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => countsFromPrometheus(text)).toThrow(message);
  });
});
