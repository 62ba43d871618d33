import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { tracing } from '@opentelemetry/sdk-node';

type Span = Parameters<OTLPTraceExporter['export']>[0][number];

/** Shorter than the exporter's first pause before a retry (0.8 s at least), so that an export is one request. */
const TIMEOUT_MS = 700;

/** `count` close spans as the SDK makes them. */
export function closeSpans(count: number): Span[] {
  const finished = new tracing.InMemorySpanExporter();
  const provider = new tracing.BasicTracerProvider({ spanProcessors: [new tracing.SimpleSpanProcessor(finished)] });
  const tracer = provider.getTracer('faults');
  for (let made = 0; made < count; made++) {
    const attributes = { 'websocket.role': 'server', 'websocket.close.code': 1012 };
    tracer.startSpan('websocket.close', { root: true, attributes }).end();
  }
  return finished.getFinishedSpans();
}

/** OpenTelemetry's own exporter, telling whether a request was answered with 200. */
export class OtlpClient {
  readonly #exporter: OTLPTraceExporter;

  constructor(port: number) {
    this.#exporter = new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces`, timeoutMillis: TIMEOUT_MS });
  }

  send(spans: Span[]): Promise<boolean> {
    return new Promise(resolve => this.#exporter.export(spans, result => resolve(result.code === 0)));
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

export type { Span };
