import type { Peer, PeerStep } from './peer.ts';

/** One series of a counter, as it was scraped: null before the first sample. */
interface Series {
  value: number | null;
  samples: { at: number; value: number }[];
}

/** Settings of the rule. */
export interface IncreaseSettings {
  /** Seconds between scrapes, and between evaluations: 60 as Prometheus ships, 15 in its example configuration. */
  scrape: number;
  /** Series that the counts fall on in turn, one an instance. */
  series?: number;
  /** Seconds after which every instance is replaced and its series begins anew; never by default. */
  newSeriesEvery?: number;
}

const RANGE = 300; // seconds: [5m]
const SHIPPED_SERIES = 4;

/**
 * The rule `sum(increase(websocket_closes_total{code="1007"}[5m])) > N`. A series of a counter with labels is there from its first increment on, with a value of 1 or more, and
 * `increase` knows no value before it: the first events of a new series (a fresh version's first 1007s) are not seen. Prometheus 3, `extrapolatedRate` in promql/functions.go;
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#increase.
 */
export function prometheusIncrease({ scrape, series = SHIPPED_SERIES, newSeriesEvery }: IncreaseSettings): Peer {
  return {
    name: newSeriesEvery === undefined ? 'increase[5m] > N' : 'increase[5m] > N, new series',
    source: 'Prometheus 3, promql extrapolatedRate',
    configuration: `scraped every ${scrape} s, ${series} series`,
    bin: scrape,
    threshold: 0,
    thresholdIs: 'N',
    warmUp: Math.ceil(RANGE / scrape) + 1,
    start: () => increaseSteps(scrape, series, newSeriesEvery ?? Number.POSITIVE_INFINITY),
  };
}

function increaseSteps(scrape: number, count: number, newSeriesEvery: number): PeerStep {
  let at = 0;
  let turn = 0;
  let born = 0;
  let all = fresh(count);
  return events => {
    at += scrape;
    if (at - born > newSeriesEvery) {
      all = fresh(count);
      born = at;
    }
    for (let event = 0; event < events; event++) {
      const one = all[turn++ % count]!;
      one.value = (one.value ?? 0) + 1;
    }
    let sum = 0;
    for (const one of all) {
      if (one.value === null) continue;
      one.samples.push({ at, value: one.value });
      // The range is open at its left end since Prometheus 3.
      while (one.samples[0]!.at <= at - RANGE) one.samples.shift();
      sum += increase(one.samples, at - RANGE, at);
    }
    return sum;
  };
}

function fresh(count: number): Series[] {
  return Array.from({ length: count }, () => ({ value: null, samples: [] }));
}

/**
 * `increase` of a counter that was not reset: the difference of its last and first sample in the range, extrapolated to the range's ends where these are near, and never below zero.
 *
 * @example increase([{ at: 15, value: 1 }], 0, 300) // 0: one sample says nothing
 */
export function increase(samples: readonly { at: number; value: number }[], from: number, to: number): number {
  if (samples.length < 2) return 0;
  const [first, last] = [samples[0]!, samples.at(-1)!];
  const difference = last.value - first.value;
  const sampled = last.at - first.at;
  const between = sampled / (samples.length - 1);
  const near = between * 1.1;
  let toStart = first.at - from;
  let toEnd = to - last.at;
  if (toStart >= near) toStart = between / 2;
  if (difference > 0 && first.value >= 0) toStart = Math.min(toStart, sampled * (first.value / difference));
  if (toEnd >= near) toEnd = between / 2;
  return (difference * (sampled + toStart + toEnd)) / sampled;
}
