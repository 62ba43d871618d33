import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { tracing } from '@opentelemetry/sdk-node';

type ExporterOptions = NonNullable<ConstructorParameters<typeof ProtobufExporter>[0]>;
type Span = Parameters<ProtobufExporter['export']>[0][number];

/** Shorter than the exporter's first pause before a retry (0.8 s at least), so that an export is one request. */
const TIMEOUT_MS = 700;

export type Encoding = 'protobuf' | 'json';

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

/** OpenTelemetry's own exporter, with gzip, telling whether a request was answered with 200. */
export class OtlpClient {
  readonly #exporter: ProtobufExporter | JsonExporter;

  constructor(port: number, encoding: Encoding) {
    const Exporter = encoding === 'json' ? JsonExporter : ProtobufExporter;
    const url = `http://127.0.0.1:${port}/v1/traces`;
    // The enumeration of compressions lives in a package that is the exporters' own; its value is the header's.
    const compression = 'gzip' as ExporterOptions['compression'];
    this.#exporter = new Exporter({ url, timeoutMillis: TIMEOUT_MS, compression });
  }

  send(spans: Span[]): Promise<boolean> {
    return new Promise(resolve => this.#exporter.export(spans, result => resolve(result.code === 0)));
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

export type { Span };
