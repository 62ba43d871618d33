import { WebSocketInstrumentation } from '@closewatch/instrumentation';
import { CloseSpanProcessor } from '@closewatch/instrumentation/export';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK, resources } from '@opentelemetry/sdk-node';

// Loaded with --import before anything else, as an application would. Who this process is comes from the standard environment
// variables OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, and where to from OTEL_EXPORTER_OTLP_ENDPOINT.

const log = (...words: unknown[]): void => {
  process.stderr.write(`${process.env.OTEL_SERVICE_NAME} ${process.pid}: ${words.join(' ')}\n`);
};
diag.setLogger({ error: log, warn: log, info: log, debug: log, verbose: log }, DiagLogLevel.WARN);

const spanProcessor = new CloseSpanProcessor(new OTLPTraceExporter(), {
  scheduledDelayMillis: 500,
  flushAtProcessEnd: false, // the fleet says when
});

const instrumentation = new WebSocketInstrumentation();
const sdk = new NodeSDK({
  resourceDetectors: [resources.envDetector],
  spanProcessors: [spanProcessor],
  metricReaders: [],
  logRecordProcessors: [],
  instrumentations: [instrumentation],
});
sdk.start();

/** Exports every span that has ended; what happens later makes none. What the collector does not take is logged. */
export function exportTheRest(): Promise<void> {
  instrumentation.disable();
  return spanProcessor.shutdown();
}
