import { randomBytes } from 'node:crypto';
import {
  context,
  INVALID_SPAN_CONTEXT,
  INVALID_SPANID,
  propagation,
  ROOT_CONTEXT,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { ATTR_CONNECTION_ID, ATTR_SUBPROTOCOL } from './attributes.ts';
import type { Clock } from './clock.ts';
import { scrubbedReason } from './close/close-reason.ts';
import { effectiveClose } from './close/effective-close.ts';
import { Connection } from './connection.ts';
import { connectionAttributes, endpointOf } from './connection-attributes.ts';
import { ServerDrain } from './drain/server-drain.ts';
import type { Guard } from './guard.ts';
import { type ClientIdentity, identityFromAttributes, setIdentity } from './identity/client-identity.ts';
import type { ConnectionMetrics } from './metrics/connection-metrics.ts';
import type { UpgradeRequest, WebSocketInstrumentationConfig } from './options.ts';
import { propagatedSpanContext } from './propagated-span-context.ts';
import { Departure } from './reconnect/departure.ts';
import type { ReconnectPairing } from './reconnect/reconnect-pairing.ts';
import { type SpanWriter, secondsOpen } from './span-writer.ts';

/** What servers send when they restart. */
const SHEDDING_CODES: ReadonlySet<number> = new Set([1012, 1001]);

/** How a library reports that a socket is closed. */
export interface SocketClosed {
  /** What the library tells the application. */
  codeReported: number;
  clean: boolean;
  transportError: string | undefined;
}

/**
 * The life of every connection, told by an adapter per library: connecting, opened or refused, ending, closed. Writes the
 * spans, and pairs the reconnects. Knows nothing of any library.
 */
export class ConnectionObserver {
  readonly clock: Clock;
  readonly guard: Guard;
  readonly #config: () => WebSocketInstrumentationConfig;
  readonly #spans: SpanWriter;
  readonly #pairing: ReconnectPairing;
  readonly #metrics: ConnectionMetrics;
  readonly #servers = new WeakMap<object, ServerDrain>();

  constructor(
    config: () => WebSocketInstrumentationConfig,
    clock: Clock,
    guard: Guard,
    spans: SpanWriter,
    pairing: ReconnectPairing,
    metrics: ConnectionMetrics,
  ) {
    this.#config = config;
    this.clock = clock;
    this.guard = guard;
    this.#spans = spans;
    this.#pairing = pairing;
    this.#metrics = metrics;
  }

  /**
   * An upgrade request begins. `server` is the library's object that takes it, null at a client. A server continues the
   * trace context of the request's headers.
   */
  connecting(request: UpgradeRequest, server: object | null): Connection {
    const config = this.#config();
    if (this.guard.run('ignore', () => config.ignore?.(request))) return ignoredConnection(request);
    const active = context.active();
    const parent = request.role === 'server' ? propagation.extract(active, request.headers) : active;
    const attributes = connectionAttributes(request, config, this.guard);
    const span = this.#spans.beginConnect(request.role, attributes, parent);
    const spanContext = span.spanContext();
    const id = spanContext.spanId === INVALID_SPANID ? randomBytes(8).toString('hex') : spanContext.spanId;
    attributes[ATTR_CONNECTION_ID] = id;
    const endpoint = server ? '' : endpointOf(request);
    const connection = new Connection(request.role, id, span, attributes, endpoint);
    if (server) connection.server = this.#drainOf(server);
    else {
      connection.returningFrom = this.#pairing.claim(connection, connection.endpoint, this.clock.monotonic());
    }
    return connection;
  }

  /** Puts the connect span's context into a client's upgrade request. */
  inject<Carrier>(connection: Connection, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    if (connection.ignored) return;
    const parent = trace.getSpanContext(context.active());
    const spanContext = propagatedSpanContext(connection.spanContext, parent);
    propagation.inject(trace.setSpanContext(ROOT_CONTEXT, spanContext), carrier, setter);
  }

  opened(connection: Connection, subprotocol: string): void {
    const { connectSpan } = connection;
    if (!connectSpan) return;
    connection.connectSpan = null;
    connection.openedAt = this.clock.monotonic();
    if (subprotocol !== '') connection.attributes[ATTR_SUBPROTOCOL] = subprotocol;
    this.#spans.endConnect(connectSpan, connection.id, subprotocol);
    if (connection.ignored) return;
    this.#metrics.opened(connection.role);
    connection.server?.opened(connection.attributes);
    const departure = connection.returningFrom;
    connection.returningFrom = null;
    if (!departure) return;
    this.#pairing.returned(departure, connection, {
      connectionId: connection.id,
      connectSpan: connection.spanContext,
      attributes: connection.attributes,
      at: connection.openedAt,
    });
  }

  /** The handshake failed. `errorType` is an HTTP status, a system's or library's error code, or `_OTHER`. */
  refused(connection: Connection, httpStatus: number | undefined, errorType: string): void {
    const { connectSpan } = connection;
    if (!connectSpan) return;
    connection.connectSpan = null;
    if (connection.ignored) return;
    this.#spans.failConnect(connectSpan, connection.attributes, httpStatus, errorType);
    this.#metrics.connectFailed(connection.role, errorType);
    if (connection.returningFrom) this.#pairing.failed(connection.returningFrom, connection);
  }

  /** A close frame goes out: the application's, an echo, or the answer to a failure. 1005 stands for a frame without a code. */
  closeSent(connection: Connection, code: number, reason: string): void {
    const { signals } = connection;
    const at = signals.firstAt ?? this.clock.monotonic(); // of an echo, no time is kept
    signals.sent(code, reason, at);
    const isShed = signals.first === 'sent' && SHEDDING_CODES.has(code);
    if (isShed) connection.server?.shed(at);
  }

  /** A server is closed, or the application says that it drains: all its connections will go. */
  draining(server: object): void {
    this.#drainOf(server).declared(this.clock.monotonic());
  }

  /** The socket is closed, or never opened: writes the close span of a connection that was open. */
  closed(connection: Connection, socket: SocketClosed): void {
    if (connection.closed || connection.openedAt === null) return;
    connection.closed = true;
    if (connection.ignored) return;
    const at = this.clock.monotonic();
    const effective = effectiveClose(connection.signals, connection.role);
    const span = this.#spans.close(connection, { ...socket, effective, at }, this.#reasonToRecord(effective.reason));
    this.#metrics.closed(connection.role, effective.code, effective.initiator, secondsOpen(connection, at));
    connection.server?.closed(at);
    if (connection.role !== 'client') return;
    const close = { code: effective.code, closeSpan: span.spanContext(), at };
    const closedByApplication = connection.signals.first === 'sent';
    this.#pairing.left(this.#departureOf(connection), close, !closedByApplication);
  }

  /**
   * Runs the application's `error` and `close` handlers of a connection, so that a reconnect from there is known as one. A
   * handshake that failed stays a try at making good the same departure.
   */
  runHandlers<T>(connection: Connection, handlers: () => T): T {
    if (connection.role !== 'client' || connection.ignored) return handlers();
    const departure = connection.openedAt === null ? connection.returningFrom : this.#departureOf(connection);
    return departure ? this.#pairing.runAfter(departure, handlers) : handlers();
  }

  /**
   * The local side refused a message: hands its bytes to the application's own hook, where there is one. `bytes` is null
   * where the library has let them go.
   */
  refusedMessage(connection: Connection, bytes: Uint8Array | null): void {
    const { onDefect } = this.#config();
    const { finding } = connection.signals;
    if (!onDefect || !finding || connection.ignored) return;
    const { role, id: connectionId } = connection;
    const client = identityFromAttributes(connection.attributes);
    this.guard.run('onDefect', () => onDefect({ role, connectionId, client, ...finding }, bytes));
  }

  /** The application found out who its peer is: the later spans say so. What the identity leaves undefined stays as it was. */
  identify(connection: Connection, identity: ClientIdentity): void {
    setIdentity(connection.attributes, identity);
  }

  #reasonToRecord(reason: string): string {
    const { recordCloseReason = true, scrubReason } = this.#config();
    if (!recordCloseReason || reason === '') return '';
    const scrubbed = scrubReason ? this.guard.run('scrubReason', () => scrubReason(reason)) : reason;
    return typeof scrubbed === 'string' ? scrubbedReason(scrubbed) : '';
  }

  #drainOf(server: object): ServerDrain {
    let drain = this.#servers.get(server);
    if (!drain) {
      drain = new ServerDrain(ended => this.guard.run('drain', () => this.#spans.drain(ended)));
      this.#servers.set(server, drain);
    }
    return drain;
  }

  #departureOf(connection: Connection): Departure {
    connection.departure ??= new Departure(connection.id, connection.endpoint, connection.attributes);
    return connection.departure;
  }
}

/** A connection that is followed like any other, with a span that goes nowhere. */
function ignoredConnection(request: UpgradeRequest): Connection {
  const connection = new Connection(request.role, '', trace.wrapSpanContext(INVALID_SPAN_CONTEXT), {}, '');
  connection.ignored = true;
  return connection;
}
