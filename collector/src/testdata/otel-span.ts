import type { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';

/** A span as OpenTelemetry's own serializers take it. */
export type OtelSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

type Attributes = OtelSpan['attributes'];

export interface OtelSpanFields {
  name: string;
  traceId?: string;
  spanId?: string;
  parentSpanId?: string;
  /** The API's numbers, which are one less than OTLP's: 1 is SERVER, 2 is CLIENT. */
  kind?: number;
  startTime?: [number, number];
  endTime?: [number, number];
  /** 2 is ERROR. */
  status?: number;
  attributes?: Attributes;
  links?: { traceId: string; spanId: string }[];
  resource?: OtelSpan['resource'];
}

/** A resource with these attributes; spans share one by sharing the object. */
export function otelResource(attributes: Attributes): OtelSpan['resource'] {
  const resource = { attributes, getRawAttributes: () => Object.entries(attributes), asyncAttributesPending: false };
  return { ...resource, merge: () => resource } as unknown as OtelSpan['resource'];
}

const GATEWAY = otelResource({ 'service.name': 'gateway' });

/** A span that has ended, with an event and a scope as real ones have. */
export function otelSpan(fields: OtelSpanFields): OtelSpan {
  const context = (traceId: string, spanId: string) => ({ traceId, spanId, traceFlags: 1 });
  const { traceId = '5b8efff798038103d269b633813fc60c', spanId = 'eee19b7ec3c1b174', parentSpanId } = fields;
  const startTime = fields.startTime ?? [1_795_428_000, 0];
  return {
    name: fields.name,
    kind: fields.kind ?? 1,
    spanContext: () => context(traceId, spanId),
    ...(parentSpanId !== undefined && { parentSpanContext: context(traceId, parentSpanId) }),
    startTime,
    endTime: fields.endTime ?? startTime,
    status: { code: fields.status ?? 0, message: 'not looked at' },
    attributes: fields.attributes ?? {},
    links: (fields.links ?? []).map(link => ({ context: context(link.traceId, link.spanId) })),
    events: [{ name: 'exception', time: startTime, attributes: { 'exception.type': 'Error' } }],
    duration: [0, 0],
    ended: true,
    resource: fields.resource ?? GATEWAY,
    instrumentationScope: { name: '@closewatch/instrumentation', version: '0.1.0' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
