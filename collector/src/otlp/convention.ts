import { ATTR_CLOSE_CODE, type Role } from '@closewatch/instrumentation/attributes';
import type { CloseEvent } from '../close-event.ts';

/** How another emitter writes closes down: a span, a span's event or a log record is one where it has the code. */
export interface Convention {
  /** What `emitter` says of its rows. */
  emitter: string;
  /** The attribute that carries the close code. */
  code: string;
  /** Attributes that have to have these values, too. */
  requires?: Readonly<Record<string, string>>;
  /** Other attributes, and the fields that they fill; those of our own convention count as well. */
  fields?: Readonly<Record<string, keyof CloseEvent>>;
  /**
   * What a span of it lasts for: the closing, or the whole connection, whose end is the close then. `close` where it is left
   * out; events and log records have one time only.
   */
  lasts?: 'close' | 'connection';
  /** The attribute that has the whole URL, of which scheme, address, port and path are kept, and never the query. */
  url?: string;
  /** The role of its closes where neither an attribute nor the span kind says it. */
  role?: Role;
}

/**
 * The conventions that are known, the most specific first: the first that fits is taken.
 *
 * - `datadog`: dd-trace's operation `websocket.close`, a PRODUCER where this side closed and a CONSUMER where the peer did. It instruments
 *   servers. Source: dd-trace-js, packages/datadog-plugin-ws/src/close.js, and its OTLP transformer.
 * - `dart`: one CLIENT span a connection. Source: pub.dev, otel_web_socket_channel 0.1.0, whose attributes lie in the namespace
 *   `messaging.websocket`.
 * - `opentelemetry-instrumentation-ws`: the span `WS open`, as long as the connection. Source: its version 0.5.0, dist/src/index.js.
 * - `android`: the events `websocket.close` of OkHttp. Source: opentelemetry-android, instrumentation/okhttp3-websocket; it records no code
 *   by itself, so one has to be added by a processor.
 * - `websocket.close_code`: what many applications write by hand on a span that they keep as long as the connection.
 * - `websocket.close.code`: anything else that has our own attribute.
 */
export const DEFAULT_CONVENTIONS: readonly Convention[] = [
  { emitter: 'datadog', code: ATTR_CLOSE_CODE, requires: { 'operation.name': 'websocket.close' }, role: 'server' },
  { emitter: 'datadog', code: ATTR_CLOSE_CODE, requires: { 'span.type': 'websocket' }, role: 'server' },
  ...['messaging.websocket.close_code', 'messaging.websocket.close.code', ATTR_CLOSE_CODE, 'websocket.close_code'].map(
    code => ({
      emitter: 'dart',
      code,
      requires: { 'messaging.system': 'websocket' },
      fields: {
        'messaging.websocket.close_reason': 'reason',
        'messaging.websocket.close.reason': 'reason',
        'messaging.websocket.subprotocol': 'subprotocol',
        'websocket.close_reason': 'reason',
      } as const,
      lasts: 'connection' as const,
      url: 'url.full',
      role: 'client' as const,
    }),
  ),
  {
    emitter: 'opentelemetry-instrumentation-ws',
    code: 'ws.close.code',
    fields: { 'ws.close.reason': 'reason', 'ws.close.wasClean': 'clean' },
    lasts: 'connection',
  },
  {
    emitter: 'android',
    code: ATTR_CLOSE_CODE,
    requires: { 'network.protocol.name': 'websocket', 'http.request.method': 'GET' },
    url: 'url.full',
    role: 'client',
  },
  {
    emitter: 'websocket.close_code',
    code: 'websocket.close_code',
    fields: { 'websocket.close_reason': 'reason' },
    lasts: 'connection',
  },
  { emitter: ATTR_CLOSE_CODE, code: ATTR_CLOSE_CODE, fields: { 'websocket.close.was_clean': 'clean' } },
];
