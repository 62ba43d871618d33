import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { onFlush } from './flush.ts';

/**
 * OpenTelemetry as an application sets it up: async context, W3C propagation, everything sampled, the batch processor, OTLP
 * over HTTP; all at their defaults.
 */
export function registerTracerProvider(): NodeTracerProvider {
  const exporter = new OTLPTraceExporter({ url: `${process.env.BENCH_SINK}/v1/traces` });
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  provider.register();
  onFlush(() => provider.forceFlush());
  return provider;
}
