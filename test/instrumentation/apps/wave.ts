/**
 * Ends many close spans in one tick, as a server does that loses all its connections, then gets SIGTERM. Arguments: how many, and the
 * processor: `close` is ours, `batch` the SDK's with its defaults, which is shut down in good order instead.
 */
import * as attributes from '@closewatch/instrumentation/attributes';
import { CloseSpanProcessor } from '@closewatch/instrumentation/export';
import { SpanKind } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const [count = '20000', kind = 'close'] = process.argv.slice(2);
const exporter = new OTLPTraceExporter();
const processor = kind === 'close' ? new CloseSpanProcessor(exporter) : new BatchSpanProcessor(exporter);
const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('wave');

for (let index = 0; index < Number(count); index++) {
  tracer
    .startSpan(attributes.SPAN_CLOSE, {
      kind: SpanKind.SERVER,
      root: true,
      attributes: {
        [attributes.ATTR_ROLE]: 'server',
        [attributes.ATTR_CONNECTION_ID]: index.toString(16).padStart(16, '0'),
        [attributes.ATTR_CLIENT_ID]: `client-${index}`,
        [attributes.ATTR_CLIENT_VERSION]: '5.2.0',
        [attributes.ATTR_URL_PATH]: '/chat',
        [attributes.ATTR_CLOSE_CODE]: 1012,
        [attributes.ATTR_CLOSE_CODE_SENT]: 1012,
        [attributes.ATTR_CLOSE_INITIATOR]: 'local',
        [attributes.ATTR_CLOSE_CLEAN]: true,
        [attributes.ATTR_CONNECTION_DURATION]: 12.5,
      },
    })
    .end();
}

if (kind === 'close') {
  setInterval(() => {}, 60_000); // a server that would go on
  process.kill(process.pid, 'SIGTERM');
} else {
  await processor.shutdown();
}
