import {
  type Attributes,
  type Context,
  context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import * as attr from './attributes.ts';
import type { Clock } from './clock.ts';
import { type EffectiveClose, isErrorCode } from './close/effective-close.ts';
import type { Connection } from './connection.ts';
import type { Drain } from './drain/server-drain.ts';
import type { Departure, DepartureClose, Return } from './reconnect/departure.ts';
import type { SamplingWatch } from './sampling-watch.ts';
import { WallTime } from './wall-time.ts';

/** What a drain shares with the connections of its server. */
const SERVER_ATTRIBUTES = [
  attr.ATTR_ROLE,
  attr.ATTR_NETWORK_PROTOCOL_NAME,
  attr.ATTR_SERVER_ADDRESS,
  attr.ATTR_SERVER_PORT,
  attr.ATTR_URL_SCHEME,
];

/** What a finished connection adds to its signals. */
export interface ClosedConnection {
  effective: EffectiveClose;
  /** What the library told the application. */
  codeReported: number;
  /** Both close frames were seen. */
  clean: boolean;
  /** Such as `ECONNRESET`, where the socket failed. */
  transportError: string | undefined;
  /** Monotonic milliseconds. */
  at: number;
}

/** Writes the spans of the conventions. Each is begun and ended at once, except the connect span, whose context travels. */
export class SpanWriter {
  readonly #tracer: () => Tracer;
  readonly #clock: Clock;
  readonly #sampling: SamplingWatch;
  readonly #wall: WallTime;

  constructor(tracer: () => Tracer, clock: Clock, sampling: SamplingWatch) {
    this.#tracer = tracer;
    this.#clock = clock;
    this.#wall = new WallTime(clock);
    this.#sampling = sampling;
  }

  /** The attributes are those known before the span has an id, for samplers to see. */
  beginConnect(role: attr.Role, attributes: Attributes, parent: Context): Span {
    const span = this.#tracer().startSpan(attr.SPAN_CONNECT, { kind: kindOf(role), attributes }, parent);
    this.#sampling.began(attr.SPAN_CONNECT, span);
    return span;
  }

  /** Adds what was not known when it began. An empty `subprotocol` is none. */
  endConnect(span: Span, connectionId: string, subprotocol: string): void {
    span.setAttribute(attr.ATTR_CONNECTION_ID, connectionId);
    if (subprotocol !== '') span.setAttribute(attr.ATTR_SUBPROTOCOL, subprotocol);
    span.end();
  }

  failConnect(span: Span, attributes: Attributes, httpStatus: number | undefined, errorType: string): void {
    span.setAttributes(attributes);
    if (httpStatus !== undefined) span.setAttribute(attr.ATTR_HTTP_STATUS, httpStatus);
    span.setAttribute(attr.ATTR_ERROR_TYPE, errorType);
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }

  /** Returns the span, so that a reconnect can link to it. An empty `reason` is not recorded. */
  close(connection: Connection, closed: ClosedConnection, reason: string): Span {
    const since = connection.signals.firstAt ?? closed.at;
    const attributes = { ...connection.attributes };
    setCloseAttributes(attributes, connection, closed, reason);
    setPayloadAttributes(attributes, connection, closed.effective);
    const links = [{ context: connection.spanContext }];
    return this.#write(
      attr.SPAN_CLOSE,
      connection.role,
      since,
      closed.at,
      attributes,
      links,
      isErrorCode(closed.effective.code),
    );
  }

  recovered(departure: Departure, close: DepartureClose, back: Return): void {
    const attributes = { ...back.attributes, ...reconnectAttributes(departure, close, 'recovered') };
    const links = [{ context: close.closeSpan }, { context: back.connectSpan }];
    this.#write(attr.SPAN_RECONNECT, 'client', Math.min(close.at, back.at), back.at, attributes, links, false);
  }

  abandoned(departure: Departure, close: DepartureClose): void {
    const attributes = { ...departure.attributes, ...reconnectAttributes(departure, close, 'abandoned') };
    const links = [{ context: close.closeSpan }];
    this.#write(attr.SPAN_RECONNECT, 'client', close.at, this.#clock.monotonic(), attributes, links, true);
  }

  drain(drain: Drain): void {
    const attributes: Attributes = { [attr.ATTR_DRAIN_CONNECTIONS]: drain.connections };
    for (const name of SERVER_ATTRIBUTES) attributes[name] = drain.attributes[name];
    this.#write(attr.SPAN_DRAIN, 'server', drain.since, drain.until, attributes, [], false);
  }

  /** Wall times are derived from the monotonic ones, so that a clock that is set in between doesn't stretch a span. */
  #write(
    name: string,
    role: attr.Role,
    since: number,
    until: number,
    attributes: Attributes,
    links: Link[],
    failed: boolean,
  ): Span {
    const zero = this.#wall.zero(until);
    const active = context.active();
    // Without a context there is no parent to be left out; the SDK would copy the context for it.
    const root = active !== ROOT_CONTEXT;
    const options = { kind: kindOf(role), root, startTime: zero + since, attributes, links };
    const span = this.#tracer().startSpan(name, options, active);
    this.#sampling.began(name, span);
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(zero + until);
    return span;
  }
}

function kindOf(role: attr.Role): SpanKind {
  return role === 'server' ? SpanKind.SERVER : SpanKind.CLIENT;
}

function setCloseAttributes(
  attributes: Attributes,
  connection: Connection,
  closed: ClosedConnection,
  reason: string,
): void {
  const { signals } = connection;
  const { effective } = closed;
  attributes[attr.ATTR_CLOSE_CODE] = effective.code;
  attributes[attr.ATTR_CLOSE_CODE_REPORTED] = closed.codeReported;
  attributes[attr.ATTR_CLOSE_INITIATOR] = effective.initiator;
  attributes[attr.ATTR_CLOSE_CLEAN] = closed.clean;
  attributes[attr.ATTR_CONNECTION_DURATION] = secondsOpen(connection, closed.at);
  attributes[attr.ATTR_MESSAGES_RECEIVED] = connection.messagesReceived;
  if (signals.codeSent !== null) attributes[attr.ATTR_CLOSE_CODE_SENT] = signals.codeSent;
  if (signals.codeReceived !== null) attributes[attr.ATTR_CLOSE_CODE_RECEIVED] = signals.codeReceived;
  if (connection.libraryReason !== null) attributes[attr.ATTR_CLOSE_LIBRARY_REASON] = connection.libraryReason;
  const errorType = signals.failure?.errorType ?? closed.transportError;
  if (errorType !== undefined) attributes[attr.ATTR_ERROR_TYPE] = errorType;
  if (reason !== '') attributes[attr.ATTR_CLOSE_REASON] = reason;
}

/** How long a connection was open, at a moment of the monotonic clock. */
export function secondsOpen(connection: Connection, at: number): number {
  return (at - (connection.openedAt ?? at)) / 1000;
}

function setPayloadAttributes(attributes: Attributes, connection: Connection, effective: EffectiveClose): void {
  if (effective.defect) attributes[attr.ATTR_PAYLOAD_DEFECT] = effective.defect;
  if (effective.sender) attributes[attr.ATTR_PAYLOAD_SENDER] = effective.sender;
  const { finding } = connection.signals;
  if (!finding) return;
  if (finding.offset !== undefined) attributes[attr.ATTR_PAYLOAD_OFFSET] = finding.offset;
  if (finding.size !== undefined) attributes[attr.ATTR_PAYLOAD_SIZE] = finding.size;
  if (finding.fragments !== undefined) attributes[attr.ATTR_PAYLOAD_FRAGMENTS] = finding.fragments;
  if (finding.signature !== undefined) attributes[attr.ATTR_PAYLOAD_SIGNATURE] = finding.signature;
  if (finding.messageIndex !== undefined) attributes[attr.ATTR_PAYLOAD_MESSAGE_INDEX] = finding.messageIndex;
}

function reconnectAttributes(departure: Departure, close: DepartureClose, outcome: attr.ReconnectOutcome): Attributes {
  const attributes: Attributes = {
    [attr.ATTR_RECONNECT_PREVIOUS_CODE]: close.code,
    [attr.ATTR_RECONNECT_PREVIOUS_CONNECTION_ID]: departure.connectionId,
    [attr.ATTR_RECONNECT_ATTEMPTS]: departure.attempts,
    [attr.ATTR_RECONNECT_OUTCOME]: outcome,
  };
  if (departure.match) attributes[attr.ATTR_RECONNECT_MATCH] = departure.match;
  if (departure.firstTryAt !== null) {
    attributes[attr.ATTR_RECONNECT_DELAY] = Math.max(0, departure.firstTryAt - close.at) / 1000;
  }
  return attributes;
}
