/** What OTLP carries. Source: the OTLP specification, https://opentelemetry.io/docs/specs/otlp/ */
export type Signal = 'traces' | 'metrics' | 'logs';

interface Wire {
  /** OTLP/HTTP. */
  path: string;
  /** OTLP/gRPC. */
  grpcPath: string;
  /** What a partial success calls the parts that were rejected. */
  rejectedField: string;
}

export const SIGNALS: Readonly<Record<Signal, Wire>> = {
  traces: {
    path: '/v1/traces',
    grpcPath: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    rejectedField: 'rejectedSpans',
  },
  metrics: {
    path: '/v1/metrics',
    grpcPath: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    rejectedField: 'rejectedDataPoints',
  },
  logs: {
    path: '/v1/logs',
    grpcPath: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    rejectedField: 'rejectedLogRecords',
  },
};

export const EVERY_SIGNAL = Object.keys(SIGNALS) as Signal[];

const BY_PATH: ReadonlyMap<string, Signal> = new Map(
  EVERY_SIGNAL.flatMap(signal => [
    [SIGNALS[signal].path, signal],
    [SIGNALS[signal].grpcPath, signal],
  ]),
);

/** The signal that is taken under an HTTP path or a gRPC method's path. */
export function signalOfPath(path: string): Signal | undefined {
  return BY_PATH.get(path);
}

/** Spans, points or records of an accepted request that could not be used, and why. */
export interface Rejected {
  count: number;
  message: string;
}
