/** What OTLP carries. Source: the OTLP specification, https://opentelemetry.io/docs/specs/otlp/ */
export type Signal = 'traces';

/** Where each signal is posted, and what a partial success calls the parts that were rejected. */
export const SIGNALS: Readonly<Record<Signal, { path: string; rejectedField: string }>> = {
  traces: { path: '/v1/traces', rejectedField: 'rejectedSpans' },
};

const BY_PATH: ReadonlyMap<string, Signal> = new Map(
  (Object.keys(SIGNALS) as Signal[]).map(signal => [SIGNALS[signal].path, signal]),
);

export function signalOfPath(path: string): Signal | undefined {
  return BY_PATH.get(path);
}

/** Spans, points or records of an accepted request that could not be used, and why. */
export interface Rejected {
  count: number;
  message: string;
}
