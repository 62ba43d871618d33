import { isSpanContextValid, metrics, type SpanContext, type TracerProvider, trace } from '@opentelemetry/api';
import { ATTR_CONNECTION_ID, ATTR_SUBPROTOCOL, METRIC_TELEMETRY_DROPPED } from '../attributes.ts';
import type { Clock } from '../clock.ts';
import { CloseSignals } from '../close/close-signals.ts';
import { effectiveClose } from '../close/effective-close.ts';
import type { Guard } from '../guard.ts';
import { DEFAULT_RECONNECT_TIMEOUT_MILLIS } from '../options.ts';
import { PACKAGE_NAME, PACKAGE_VERSION } from '../version.ts';
import type { InstrumentWebSocketOptions } from './options.ts';
import { pageAttributes } from './page-attributes.ts';
import type { PageConnection } from './page-connection.ts';
import { PageReconnects } from './page-reconnects.ts';
import { PageSpans } from './page-spans.ts';

/** "Going away": what a browser sends for a page that is left (HTML standard, "make disappear" of a WebSocket). */
const GOING_AWAY = 1001;
const NO_CODE = 1005;
const ABNORMAL = 1006;
/** OpenTelemetry's value for an error that is not told apart: browsers hide from pages why a connection failed. */
const ERROR_NOT_TOLD = '_OTHER';

/** The life of every connection of a page: writes its spans, and pairs the reconnects. Knows nothing of the `WebSocket` class. */
export class PageObserver {
  readonly #options: InstrumentWebSocketOptions;
  readonly #clock: Clock;
  readonly #guard: Guard;
  readonly #spans: PageSpans;
  readonly #reconnects = new PageReconnects();
  /** Connections that are connecting or open; the browser bounds them (Chromium to 255 a profile). */
  readonly #present = new Set<PageConnection>();

  constructor(options: InstrumentWebSocketOptions, clock: Clock, guard: Guard) {
    this.#options = options;
    this.#clock = clock;
    this.#guard = guard;
    this.#spans = new PageSpans((options.tracerProvider ?? trace).getTracer(PACKAGE_NAME, PACKAGE_VERSION), clock);
  }

  /** A handshake begins. Undefined where the connection is to be ignored. `protocols` are the requested ones, as text. */
  connecting(address: string, protocols: string): PageConnection | undefined {
    const { ignore, urlTemplate, client } = this.#options;
    const url = new URL(address);
    // Hooks get a URL of their own, which they may change.
    if (this.#guard.run('ignore', () => ignore?.(new URL(url)))) return undefined;
    const template = this.#guard.run('urlTemplate', () => urlTemplate?.(new URL(url)));
    const attributes = pageAttributes(url, client, template);
    const span = this.#spans.beginConnect(attributes);
    const context = span.spanContext();
    const id = isSpanContextValid(context) ? context.spanId : randomId();
    attributes[ATTR_CONNECTION_ID] = id;
    const endpoint = `${url.origin}${url.pathname} ${protocols}`;
    const returningFrom = this.#reconnects.claim(endpoint, this.#clock.monotonic());
    const signals = new CloseSignals();
    const connection: PageConnection = { id, span, attributes, endpoint, signals, returningFrom, messages: 0 };
    this.#present.add(connection);
    return connection;
  }

  opened(connection: PageConnection, subprotocol: string): void {
    const at = this.#clock.monotonic();
    connection.openedAt = at;
    if (subprotocol) connection.attributes[ATTR_SUBPROTOCOL] = subprotocol;
    this.#spans.endConnect(connection);
    const departure = connection.returningFrom;
    if (departure && this.#reconnects.settle(departure)) this.#spans.reconnect(departure, at, connection);
  }

  /** The page calls `close()`; without a code, a frame without one goes out. */
  closing(connection: PageConnection, code = NO_CODE, reason = ''): void {
    connection.signals.sent(code, reason, this.#clock.monotonic());
  }

  /**
   * An `error` event: where the connection is open, the browser itself fails it over what it received (RFC 6455, section
   * 7.1.7). Which code it sends (Chromium 1002, for bytes that are not text too) it does not tell.
   */
  failed(connection: PageConnection): void {
    const failure = { code: ABNORMAL, errorType: ERROR_NOT_TOLD };
    if (connection.openedAt !== undefined) connection.signals.failed(failure, this.#clock.monotonic());
  }

  /** A `close` event, which also ends a handshake that failed. */
  closed(connection: PageConnection, code: number, reason: string, clean: boolean): void {
    if (code !== ABNORMAL) connection.signals.received(code, reason, this.#clock.monotonic());
    this.#end(connection, code, clean, true);
  }

  /** The page is left: no `close` event comes any more. Writes what is open, and asks the provider to send it at once. */
  left(): void {
    for (const connection of this.#present) {
      this.closing(connection, GOING_AWAY);
      this.#end(connection, undefined, false, false);
    }
    flush(this.#options.tracerProvider ?? trace.getTracerProvider());
  }

  /** Forgets the reconnects that were waited for, and the connections. */
  stop(): void {
    this.#reconnects.stop();
    this.#present.clear();
  }

  #end(connection: PageConnection, codeReported: number | undefined, clean: boolean, mayReturn: boolean): void {
    if (!this.#present.delete(connection)) return;
    const { signals, openedAt, returningFrom } = connection;
    const byPage = signals.first === 'sent';
    if (openedAt === undefined) {
      this.#spans.endConnect(connection, byPage ? 'aborted' : ERROR_NOT_TOLD);
      if (returningFrom) returningFrom.claimed = false;
      return;
    }
    const at = this.#clock.monotonic();
    const effective = effectiveClose(signals, 'client');
    const recordReason = this.#options.recordCloseReason ?? true;
    const span = this.#spans.close(connection, { effective, codeReported, clean, at }, recordReason);
    if (!byPage && mayReturn) this.#await(connection, effective.code, span.spanContext(), at);
  }

  #await({ id, endpoint, attributes }: PageConnection, code: number, closeSpan: SpanContext, at: number): void {
    const departure = { connectionId: id, endpoint, attributes, code, closeSpan, closedAt: at, attempts: 0 };
    const timeout = this.#options.reconnectTimeoutMillis ?? DEFAULT_RECONNECT_TIMEOUT_MILLIS;
    const dropped = this.#reconnects.left(departure, timeout, () =>
      this.#guard.run('reconnect', () => this.#spans.reconnect(departure, this.#clock.monotonic())),
    );
    if (dropped) metrics.getMeter(PACKAGE_NAME, PACKAGE_VERSION).createCounter(METRIC_TELEMETRY_DROPPED).add(dropped);
  }
}

/** As `websocket.connection.id`: 16 hex digits. */
function randomId(): string {
  return crypto.getRandomValues(new BigUint64Array(1))[0]!.toString(16).padStart(16, '0');
}

/** What SDK providers have beyond the API; the API's global one stands before the registered one. */
interface SdkProvider extends TracerProvider {
  getDelegate?(): SdkProvider;
  forceFlush?(): Promise<unknown>;
}

function flush(provider: SdkProvider): void {
  (provider.getDelegate?.() ?? provider).forceFlush?.().catch(() => {});
}
