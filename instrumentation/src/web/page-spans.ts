import {
  type Attributes,
  context,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import * as attr from '../attributes.ts';
import type { Clock } from '../clock.ts';
import { scrubbedReason } from '../close/close-reason.ts';
import { type EffectiveClose, isErrorCode } from '../close/effective-close.ts';
import { WallTime } from '../wall-time.ts';
import type { PageConnection } from './page-connection.ts';
import type { PageDeparture } from './page-reconnects.ts';

/** What a `CloseEvent` adds to the signals of its connection. */
export interface PageClose {
  effective: EffectiveClose;
  /** As the event says; undefined where the page is left before. */
  codeReported: number | undefined;
  clean: boolean;
  /** Monotonic milliseconds. */
  at: number;
}

/** Writes the spans of the conventions as far as a page can know them: no payload, no drain, no HTTP status. */
export class PageSpans {
  readonly #tracer: Tracer;
  readonly #wall: WallTime;

  constructor(tracer: Tracer, clock: Clock) {
    this.#tracer = tracer;
    this.#wall = new WallTime(clock);
  }

  /** A browser gives a page no way to send the span's context with the upgrade, so the server's connect span is not its child. */
  beginConnect(attributes: Attributes): Span {
    return this.#tracer.startSpan(attr.SPAN_CONNECT, { kind: SpanKind.CLIENT, attributes });
  }

  endConnect({ span, attributes }: PageConnection, errorType?: string): void {
    span.setAttributes(attributes);
    if (errorType) span.setAttribute(attr.ATTR_ERROR_TYPE, errorType).setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }

  /** Returns the span, so that a reconnect can link to it. */
  close(connection: PageConnection, closed: PageClose, recordReason: boolean): Span {
    const { signals, span } = connection;
    const attributes = { ...connection.attributes, ...closeAttributes(connection, closed, recordReason) };
    const links = [{ context: span.spanContext() }];
    const since = signals.firstAt ?? closed.at;
    return this.#write(attr.SPAN_CLOSE, since, closed.at, attributes, links, isErrorCode(closed.effective.code));
  }

  /** A closed connection has been replaced by `back`, or by none within its time. */
  reconnect(departure: PageDeparture, at: number, back?: PageConnection): void {
    const { code, closeSpan, closedAt, firstTryAt } = departure;
    const tried = firstTryAt !== undefined;
    const attributes: Attributes = {
      ...(back ?? departure).attributes,
      [attr.ATTR_RECONNECT_PREVIOUS_CODE]: code,
      [attr.ATTR_RECONNECT_PREVIOUS_CONNECTION_ID]: departure.connectionId,
      [attr.ATTR_RECONNECT_ATTEMPTS]: departure.attempts,
      [attr.ATTR_RECONNECT_OUTCOME]: back ? 'recovered' : 'abandoned',
      [attr.ATTR_RECONNECT_MATCH]: tried ? 'endpoint' : undefined,
      [attr.ATTR_RECONNECT_DELAY]: tried ? (firstTryAt - closedAt) / 1000 : undefined,
    };
    const links = [{ context: closeSpan }];
    if (back) links.push({ context: back.span.spanContext() });
    this.#write(attr.SPAN_RECONNECT, closedAt, at, attributes, links, !back);
  }

  #write(name: string, since: number, until: number, attributes: Attributes, links: Link[], failed: boolean): Span {
    const zero = this.#wall.zero();
    const options = { kind: SpanKind.CLIENT, root: true, startTime: zero + since, attributes, links };
    const span = this.#tracer.startSpan(name, options, context.active());
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(zero + until);
    return span;
  }
}

function closeAttributes(
  { signals, openedAt, messages }: PageConnection,
  { effective, codeReported, clean, at }: PageClose,
  recordReason: boolean,
): Attributes {
  return {
    [attr.ATTR_CLOSE_CODE]: effective.code,
    [attr.ATTR_CLOSE_CODE_REPORTED]: codeReported,
    [attr.ATTR_CLOSE_CODE_SENT]: signals.codeSent ?? undefined,
    [attr.ATTR_CLOSE_CODE_RECEIVED]: signals.codeReceived ?? undefined,
    [attr.ATTR_CLOSE_INITIATOR]: effective.initiator,
    [attr.ATTR_CLOSE_CLEAN]: clean,
    [attr.ATTR_CLOSE_REASON]: (recordReason && scrubbedReason(effective.reason)) || undefined,
    [attr.ATTR_CONNECTION_DURATION]: (at - (openedAt ?? at)) / 1000,
    [attr.ATTR_MESSAGES_RECEIVED]: messages,
    [attr.ATTR_ERROR_TYPE]: signals.failure?.errorType,
    [attr.ATTR_PAYLOAD_DEFECT]: effective.defect ?? undefined,
    [attr.ATTR_PAYLOAD_SENDER]: effective.sender ?? undefined,
  };
}
