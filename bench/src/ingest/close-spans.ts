import { randomBytes } from 'node:crypto';
import { SPAN_CLOSE } from '@closewatch/instrumentation/attributes';
import { SpanKind, TraceFlags } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Clients of the fleet: enough that their ids are neither few nor all different. */
const CLIENTS = 20_000;

const RESOURCE = {
  'service.name': 'gateway',
  'service.version': '1.8.2',
  'service.instance.id': 'gateway-7d9f8b6c5d-x2x9z',
  'deployment.environment.name': 'prod',
  'cloud.region': 'eu-west-1',
};

/** Close spans of a gateway, as the SDK ends them: fifteen attributes and a link to the connect span. */
export function closeSpans(count: number): ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  const provider = new BasicTracerProvider({ resource: resourceFromAttributes(RESOURCE), spanProcessors });
  const tracer = provider.getTracer('@closewatch/instrumentation');
  const now = Date.now();
  for (let i = 0; i < count; i++) {
    const connect = { traceId: randomHex(16), spanId: randomHex(8), traceFlags: TraceFlags.SAMPLED };
    const attributes = closeAttributes(i, connect.spanId);
    const links = [{ context: connect }];
    tracer
      .startSpan(SPAN_CLOSE, { kind: SpanKind.SERVER, startTime: now + (i % 1_000), attributes, links })
      .end(now + (i % 1_000) + (i % 40));
  }
  return exporter.getFinishedSpans();
}

function closeAttributes(i: number, connectionId: string) {
  return {
    'network.protocol.name': 'websocket',
    'websocket.role': 'server',
    'websocket.connection.id': connectionId,
    'server.address': 'gateway.example',
    'server.port': 443,
    'url.scheme': 'wss',
    'url.path': '/v2/stream',
    'websocket.client.name': 'desktop',
    'websocket.client.version': `5.${i % 7}.0`,
    'websocket.client.id': `client-${i % CLIENTS}`,
    'websocket.close.code': i % 50 === 0 ? 1007 : 1012,
    'websocket.close.code_sent': 1012,
    'websocket.close.initiator': 'local',
    'websocket.close.clean': true,
    'websocket.connection.duration': (i * 7.919) % 3_600,
  };
}

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
