import { WebSocketInstrumentation } from '@closewatch/instrumentation';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK, resources, tracing } from '@opentelemetry/sdk-node';

// Loaded with --import before anything else, as an application would. Who this process is comes from the standard environment
// variables OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, and where to from OTEL_EXPORTER_OTLP_ENDPOINT.

const log = (message: string): void => {
  process.stderr.write(`${process.env.OTEL_SERVICE_NAME} ${process.pid}: ${message}\n`);
};
diag.setLogger({ error: log, warn: log, info: log, debug: log, verbose: log }, DiagLogLevel.WARN);

const spanProcessor = new tracing.BatchSpanProcessor(new OTLPTraceExporter(), {
  scheduledDelayMillis: 500,
  // A wave ends a few hundred spans in one tick; this is more than a whole run of the story makes in one process.
  maxQueueSize: 16_384,
  maxExportBatchSize: 512,
});

const sdk = new NodeSDK({
  resourceDetectors: [resources.envDetector],
  spanProcessors: [spanProcessor],
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: [new WebSocketInstrumentation()],
});
sdk.start();

/** Exports every span that has ended, and drops those that end later. Rejects when the collector does not take them. */
export function exportTheRest(): Promise<void> {
  return spanProcessor.shutdown();
}
