/** As its readme says, at its defaults: no span and no event per message. */
import { createRequire } from 'node:module';
import { registerTracerProvider } from './tracer-provider.ts';

// CommonJS, whose names Node's loader can't tell beforehand.
const { WSInstrumentation } = createRequire(import.meta.url)(
  'opentelemetry-instrumentation-ws',
) as typeof import('opentelemetry-instrumentation-ws');

const instrumentation = new WSInstrumentation();
instrumentation.setTracerProvider(registerTracerProvider() as never);
instrumentation.enable();
