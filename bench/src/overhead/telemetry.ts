/** What an application loads to be instrumented, with an exporter that drops: the cost of the network is not ours. */
import { WebSocketInstrumentation } from '@closewatch/instrumentation';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';

const dropping: SpanExporter = {
  export: (_spans, done) => done({ code: 0 }),
  shutdown: async () => undefined,
};
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(dropping)] }));
new WebSocketInstrumentation().enable();
