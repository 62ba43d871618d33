// OpenTelemetry in the page, and its WebSocket instrumented. To be imported before anything that opens a connection.
import { instrumentWebSocket } from '@closewatch/instrumentation/web';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const VERSION = '3.1.0';

const tracerProvider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'example-page', 'service.version': VERSION }),
  // To the page's own server, which passes it on: no other origin has to be opened for it.
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: '/v1/traces' }))],
});

instrumentWebSocket({
  tracerProvider,
  client: { name: 'example-page', version: VERSION, id: installationId() },
  urlTemplate: url => url.pathname.replace(/\/\d+/g, '/:id'),
});

/** Stable and pseudonymous: one random id for each browser. */
function installationId() {
  const id = localStorage.getItem('installation-id') ?? crypto.getRandomValues(new Uint32Array(2)).join('-');
  localStorage.setItem('installation-id', id);
  return id;
}
