/** An application with OpenTelemetry in memory, and nothing instrumented: what the SDK costs to be there. */
import { registerTracerProvider } from './tracer-provider.ts';

registerTracerProvider();
