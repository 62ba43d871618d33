import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { onFlush } from './flush.ts';

/** OpenTelemetry as an application sets it up: everything sampled, the batch processor, OTLP over HTTP; all at their defaults. */
export function registerTracerProvider(): BasicTracerProvider {
  const exporter = new OTLPTraceExporter({ url: `${process.env.BENCH_SINK}/v1/traces` });
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  onFlush(() => provider.forceFlush());
  return provider;
}
