import * as wire from '@closewatch/instrumentation/attributes';
import type { CloseEvent } from './close-event.ts';
import {
  type ColumnType,
  choice,
  count,
  flag,
  instant,
  key,
  seconds,
  spanId,
  text,
  traceId,
  uint16,
  weight,
} from './column-type.ts';

/** Where a field comes from: the span's own fields, one of its attributes, or one of its resource's. */
type Origin = 'envelope' | 'span' | 'resource';

interface Declaration<Value> {
  type: ColumnType<NonNullable<Value>>;
  /** What a row has where nothing was said. */
  absent: Value | null;
  origin: Origin;
  /** Name on the wire; null for the envelope. */
  attribute: string | null;
}

const envelope = <Value>(type: ColumnType<Value>, absent: Value | null = null) => ({
  type,
  absent,
  origin: 'envelope' as const,
  attribute: null,
});
const onSpan = <Value>(attribute: string, type: ColumnType<Value>, absent: Value | null = null) => ({
  type,
  absent,
  origin: 'span' as const,
  attribute,
});
const onResource = <Value>(attribute: string, type: ColumnType<Value>) => ({
  type,
  absent: null,
  origin: 'resource' as const,
  attribute,
});

// In exported files only, so that a replay sees what the live run saw. At ingest they are not believed.

/** On an event whose time was clamped to its receipt: the time that counted, in epoch milliseconds. */
export const ATTR_EVENT_TIME = 'closewatch.event.time';
/** How many spans a sampled one stands for, where that is not 1. */
const ATTR_EVENT_WEIGHT = 'closewatch.event.weight';
/** False on what came with a public token. */
const ATTR_EVENT_TRUSTED = 'closewatch.event.trusted';
/** By whose conventions the span was written, where they were not ours. */
const ATTR_EVENT_EMITTER = 'closewatch.event.emitter';

/** The four above: what a collector decides itself, and only a replay reads. */
export const REPLAYED_ATTRIBUTES: ReadonlySet<string> = new Set([
  ATTR_EVENT_TIME,
  ATTR_EVENT_WEIGHT,
  ATTR_EVENT_TRUSTED,
  ATTR_EVENT_EMITTER,
]);

/**
 * The close event, field by field: what it is called on the wire and how it is stored. DDL, insert, read, the mapping from
 * spans and the export back to OTLP all derive from this list; the compiler refuses a field of CloseEvent that is missing.
 * A column is named after its field, in snake case.
 */
const DECLARATIONS: { [Field in keyof CloseEvent]: Declaration<CloseEvent[Field]> } = {
  kind: envelope(choice('connect', 'close', 'reconnect', 'drain')),
  traceId: envelope(traceId),
  spanId: envelope(spanId),
  parentSpanId: envelope(spanId),
  linkedTraceId: envelope(traceId),
  linkedSpanId: envelope(spanId),
  startedAt: envelope(instant),
  endedAt: envelope(instant),
  time: onSpan(ATTR_EVENT_TIME, instant),
  receivedAt: envelope(instant),
  failed: envelope(flag),
  weight: onSpan(ATTR_EVENT_WEIGHT, weight, 1),
  clamped: envelope(flag, false),
  trusted: onSpan(ATTR_EVENT_TRUSTED, flag, true),
  emitter: onSpan(ATTR_EVENT_EMITTER, text),
  sampling: onSpan(wire.SAMPLING_MARK, text),

  service: onResource(wire.ATTR_SERVICE_NAME, text),
  serviceVersion: onResource(wire.ATTR_SERVICE_VERSION, text),
  instance: onResource(wire.ATTR_SERVICE_INSTANCE_ID, text),
  environment: onResource(wire.ATTR_DEPLOYMENT_ENVIRONMENT, text),
  region: onResource(wire.ATTR_CLOUD_REGION, text),
  k8sNamespace: onResource(wire.ATTR_K8S_NAMESPACE, text),
  k8sDeployment: onResource(wire.ATTR_K8S_DEPLOYMENT, text),
  k8sPod: onResource(wire.ATTR_K8S_POD, text),

  role: onSpan(wire.ATTR_ROLE, choice('client', 'server')),
  connectionId: onSpan(wire.ATTR_CONNECTION_ID, key),
  serverAddress: onSpan(wire.ATTR_SERVER_ADDRESS, text),
  serverPort: onSpan(wire.ATTR_SERVER_PORT, uint16),
  urlScheme: onSpan(wire.ATTR_URL_SCHEME, text),
  urlPath: onSpan(wire.ATTR_URL_PATH, text),
  urlTemplate: onSpan(wire.ATTR_URL_TEMPLATE, text),
  subprotocol: onSpan(wire.ATTR_SUBPROTOCOL, text),
  userAgent: onSpan(wire.ATTR_USER_AGENT, text),
  clientName: onSpan(wire.ATTR_CLIENT_NAME, text),
  clientVersion: onSpan(wire.ATTR_CLIENT_VERSION, text),
  clientId: onSpan(wire.ATTR_CLIENT_ID, text),
  sessionId: onSpan(wire.ATTR_SESSION_ID, text),
  sessionPreviousId: onSpan(wire.ATTR_SESSION_PREVIOUS_ID, text),
  httpStatus: onSpan(wire.ATTR_HTTP_STATUS, uint16),
  errorType: onSpan(wire.ATTR_ERROR_TYPE, text),

  code: onSpan(wire.ATTR_CLOSE_CODE, uint16),
  codeSent: onSpan(wire.ATTR_CLOSE_CODE_SENT, uint16),
  codeReceived: onSpan(wire.ATTR_CLOSE_CODE_RECEIVED, uint16),
  codeReported: onSpan(wire.ATTR_CLOSE_CODE_REPORTED, uint16),
  initiator: onSpan(wire.ATTR_CLOSE_INITIATOR, choice('local', 'remote', 'transport')),
  clean: onSpan(wire.ATTR_CLOSE_CLEAN, flag),
  reason: onSpan(wire.ATTR_CLOSE_REASON, text),
  libraryReason: onSpan(wire.ATTR_CLOSE_LIBRARY_REASON, text),
  connectionDuration: onSpan(wire.ATTR_CONNECTION_DURATION, seconds),
  messagesReceived: onSpan(wire.ATTR_MESSAGES_RECEIVED, count),
  messagesSent: onSpan(wire.ATTR_MESSAGES_SENT, count),

  payloadDefect: onSpan(
    wire.ATTR_PAYLOAD_DEFECT,
    choice('invalid_utf8', 'invalid_deflate', 'invalid_close_reason', 'application'),
  ),
  payloadOffset: onSpan(wire.ATTR_PAYLOAD_OFFSET, count),
  payloadSize: onSpan(wire.ATTR_PAYLOAD_SIZE, count),
  payloadFragments: onSpan(wire.ATTR_PAYLOAD_FRAGMENTS, count),
  payloadSignature: onSpan(
    wire.ATTR_PAYLOAD_SIGNATURE,
    choice(
      ...(['gzip', 'zlib', 'zstd', 'msgpack', 'cbor', 'protobuf', 'png', 'jpeg', 'utf-16le', 'utf-16be'] as const),
      ...(['latin-1', 'cut_sequence', 'surrogate', 'overlong', 'unknown'] as const),
    ),
  ),
  payloadSender: onSpan(wire.ATTR_PAYLOAD_SENDER, choice('client', 'server')),
  payloadMessageIndex: onSpan(wire.ATTR_PAYLOAD_MESSAGE_INDEX, count),

  previousCode: onSpan(wire.ATTR_RECONNECT_PREVIOUS_CODE, uint16),
  previousConnectionId: onSpan(wire.ATTR_RECONNECT_PREVIOUS_CONNECTION_ID, key),
  attempts: onSpan(wire.ATTR_RECONNECT_ATTEMPTS, count),
  delay: onSpan(wire.ATTR_RECONNECT_DELAY, seconds),
  outcome: onSpan(wire.ATTR_RECONNECT_OUTCOME, choice('recovered', 'abandoned')),
  match: onSpan(wire.ATTR_RECONNECT_MATCH, choice('context', 'endpoint')),
  drainConnections: onSpan(wire.ATTR_DRAIN_CONNECTIONS, count),
};

/** Attributes that every span of ours carries with one and the same value: not stored, and written again at export. */
export const IMPLIED_ATTRIBUTES: Readonly<Record<string, string>> = { [wire.ATTR_NETWORK_PROTOCOL_NAME]: 'websocket' };

/** One column of the store, and the field of CloseEvent that it holds. */
export interface Column {
  field: keyof CloseEvent;
  /** Its place in COLUMNS, and so in a batch. */
  index: number;
  /** The field in snake case: its name in a table. */
  name: string;
  type: ColumnType<string | number | boolean>;
  /** What a row has where nothing was said. */
  absent: string | number | boolean | null;
  origin: Origin;
  attribute: string | null;
}

/** Every field of CloseEvent, in the order of the table. */
export const COLUMNS: readonly Column[] = Object.entries(DECLARATIONS).map(([field, declaration], index) => ({
  ...(declaration as Declaration<string | number | boolean>),
  index,
  field: field as keyof CloseEvent,
  name: field.replace(/[A-Z]/g, capital => `_${capital.toLowerCase()}`),
}));

/** The place of a field in COLUMNS. */
export const PLACE = Object.fromEntries(COLUMNS.map(({ field, index }) => [field, index])) as Readonly<
  Record<keyof CloseEvent, number>
>;

function byAttribute(origin: Origin): ReadonlyMap<string, Column> {
  return new Map(COLUMNS.filter(c => c.origin === origin).map(column => [column.attribute as string, column]));
}

/** Columns that come from a span's attributes, by the name on the wire. */
export const SPAN_COLUMNS = byAttribute('span');
/** Of those, what a sender says: what a collector decides itself is believed in a replay only. */
export const INGESTED_COLUMNS: ReadonlyMap<string, Column> = new Map(
  [...SPAN_COLUMNS].filter(([attribute]) => !REPLAYED_ATTRIBUTES.has(attribute)),
);
/** Columns that come from a resource's attributes, by the name on the wire. */
export const RESOURCE_COLUMNS = byAttribute('resource');

/** The name on the wire of a field (`clientVersion` is `websocket.client.version`); null for what is no attribute. */
export function attributeOf(field: keyof CloseEvent): string | null {
  return DECLARATIONS[field].attribute;
}

/** Fields that an attribute of a span can fill, by their names in a table (`client_version`). */
export const SPAN_FIELDS: ReadonlyMap<string, keyof CloseEvent> = new Map(
  COLUMNS.filter(column => column.origin === 'span' && !REPLAYED_ATTRIBUTES.has(column.attribute ?? '')).map(column => [
    column.name,
    column.field,
  ]),
);
