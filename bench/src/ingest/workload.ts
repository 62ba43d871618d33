import { gzipSync } from 'node:zlib';
import { type CloseEvent, closeEventsFromOtlpLine } from '@closewatch/collector';
import { SPAN_CLOSE } from '@closewatch/instrumentation/attributes';
import { SpanKind } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Requests as OpenTelemetry's own exporter makes them, and the rows that they hold. */
export interface Workload {
  spans: number;
  bodies: Uint8Array[];
  events: CloseEvent[];
}

/** Close spans with the fifteen attributes that a server's close has; every id is new, so that nothing is a duplicate. */
export function makeWorkload(spans: number, batch: number, gzip: boolean): Workload {
  const requests = batches(closeSpans(spans), batch);
  const bodies = requests.map(request => ProtobufTraceSerializer.serializeRequest(request)!);
  const lines = requests.map(request => new TextDecoder().decode(JsonTraceSerializer.serializeRequest(request)));
  return {
    spans,
    bodies: gzip ? bodies.map(body => gzipSync(body, { level: 1 })) : bodies,
    events: lines.flatMap(line => closeEventsFromOtlpLine(line)),
  };
}

function closeSpans(count: number): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('@closewatch/instrumentation');
  for (let i = 0; i < count; i++)
    tracer.startSpan(SPAN_CLOSE, { kind: SpanKind.SERVER, attributes: closeAttributes(i) }).end();
  return exporter.getFinishedSpans();
}

function closeAttributes(i: number) {
  return {
    'network.protocol.name': 'websocket',
    'websocket.role': 'server',
    'websocket.connection.id': (0x1000_0000_0000 + i).toString(16).padStart(16, '0'),
    'server.address': 'gateway.example',
    'server.port': 443,
    'url.scheme': 'wss',
    'url.path': '/v2/stream',
    'websocket.client.name': 'desktop',
    'websocket.client.version': `5.${i % 7}.0`,
    'websocket.client.id': `client-${i % 20_000}`,
    'websocket.close.code': i % 50 === 0 ? 1007 : 1012,
    'websocket.close.code_sent': 1012,
    'websocket.close.initiator': 'local',
    'websocket.close.clean': true,
    'websocket.connection.duration': i % 3600,
  };
}

function batches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
