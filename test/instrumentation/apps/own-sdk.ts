/** Telemetry of an application's own, loaded before `register`: an SDK that keeps nothing, and says at the end what it was asked. */
import { trace } from '@opentelemetry/api';
import { NodeSDK, tracing } from '@opentelemetry/sdk-node';

const exporter = new tracing.InMemorySpanExporter();
new NodeSDK({
  sampler: new tracing.AlwaysOffSampler(),
  spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
  metricReaders: [],
  logRecordProcessors: [],
}).start();
const provider = trace.getTracerProvider();
process.on('exit', () => {
  const isUntouched = trace.getTracerProvider() === provider;
  process.stdout.write(`own spans ${exporter.getFinishedSpans().length}, untouched ${isUntouched}\n`);
});
