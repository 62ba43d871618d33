import { WebSocketInstrumentation } from '@closewatch/instrumentation';
import { registerTracerProvider } from './tracer-provider.ts';

registerTracerProvider();
new WebSocketInstrumentation();
