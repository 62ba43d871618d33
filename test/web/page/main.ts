/** The page of the tests: an application with OpenTelemetry's own SDK, instrumented with the web entry, driven by the tests. */
import { instrumentWebSocket } from '@closewatch/instrumentation/web';
import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

/** What is left of the query: `traces` is the receiver's address, `delay` how long spans are held back, in milliseconds. */
const query = new URL(import.meta.url).searchParams;

const exporter = new OTLPTraceExporter({ url: query.get('traces') ?? '' });
const tracerProvider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'shop-page', 'service.version': '3.1.0' }),
  spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: Number(query.get('delay')) })],
});

Object.assign(globalThis, {
  NativeWebSocket: globalThis.WebSocket,
  register: () => void trace.setGlobalTracerProvider(tracerProvider),
  instrument: (options: object = {}) => instrumentWebSocket({ tracerProvider, ...options }),
});
