/** An application with OpenTelemetry and this package in memory, and nothing patched: what it costs to be there. */
import { WebSocketInstrumentation } from '@closewatch/instrumentation';
import { registerTracerProvider } from './tracer-provider.ts';

registerTracerProvider();
new WebSocketInstrumentation({ enabled: false });
