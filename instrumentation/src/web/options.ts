import type { TracerProvider } from '@opentelemetry/api';

/** Who a page is: its application, the version, and a stable pseudonymous id of the installation or user. */
export interface PageClient {
  name?: string | undefined;
  version?: string | undefined;
  id?: string | undefined;
}

/** Options of `instrumentWebSocket`; every one has a default. Hooks run guarded: one that throws is logged once and changes nothing. */
export interface InstrumentWebSocketOptions {
  /** Makes the spans. Default: the provider that is registered with the OpenTelemetry API when a span begins. */
  tracerProvider?: TracerProvider;
  /** Who the page is. Read at each connection, so it may be filled in later. */
  client?: PageClient;
  /** The low-cardinality form of the path, such as `/rooms/:id`. The URL has its query, which is never recorded. */
  urlTemplate?: (url: URL) => string | undefined;
  /** True for connections that are to be left alone. */
  ignore?: (url: URL) => boolean;
  /** Whether the scrubbed close reason is recorded. Default true. */
  recordCloseReason?: boolean;
  /** How long a closed connection is waited for, before its reconnect counts as abandoned, in milliseconds. Default 5 minutes. */
  reconnectTimeoutMillis?: number;
}
