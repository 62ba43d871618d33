import type { InstrumentationConfig } from '@opentelemetry/instrumentation';
import type { PayloadDefect, PayloadSignature, Role } from './attributes.ts';
import type { ClientQueryParameters } from './identity/client-from-query.ts';
import type { ClientIdentity } from './identity/client-identity.ts';

export type { ClientIdentity };

/** An upgrade request as the hooks see it, from either end. Header names are in lower case. */
export interface UpgradeRequest {
  role: Role;
  /** With the query string, which hooks may read and which is never recorded. */
  url: URL;
  headers: Readonly<Record<string, string | undefined>>;
}

/** A user's session, as OpenTelemetry's `session.id` and `session.previous_id` mean it. */
export interface Session {
  id?: string | undefined;
  previousId?: string | undefined;
}

/** What is known of a message that was refused: what the close span will say of it. */
export interface DefectInfo {
  role: Role;
  /** As `websocket.connection.id` in the spans. */
  connectionId: string;
  client: ClientIdentity;
  defect: PayloadDefect;
  /** Index of the first invalid byte; absent where the defect is not about a byte. */
  offset?: number;
  /** Bytes; of the compressed message for `invalid_deflate`. */
  size?: number;
  /** Frames. */
  fragments?: number;
  signature?: PayloadSignature;
  /** Messages that side had sent before. */
  messageIndex?: number;
}

/**
 * Options of `WebSocketInstrumentation`; every one has a default. Hooks run guarded: one that throws is logged once and
 * changes nothing for the application. Where a hook's answer is missing, what stands in the option's description holds.
 */
export interface WebSocketInstrumentationConfig extends InstrumentationConfig {
  /** Says which connections are left alone: no span, no metric, no trace context in the upgrade. Default: none. */
  ignore?: (request: UpgradeRequest) => boolean;
  /** Says who connects. What it leaves undefined comes from the headers `x-client-name`, `x-client-version`, `x-client-id`. */
  identifyClient?: (request: UpgradeRequest) => ClientIdentity | undefined;
  /**
   * Names of query parameters that say who connects, where neither the hook nor a header does, such as
   * `{ name: 'app', version: 'v' }`. Only the named parameters' values are read, as identity; the query is never recorded.
   */
  clientFromQuery?: ClientQueryParameters;
  /** Says which session a connection belongs to. Default: none is recorded. */
  identifySession?: (request: UpgradeRequest) => Session | undefined;
  /** The low-cardinality form of the path, such as `/rooms/:id`. */
  urlTemplate?: (request: UpgradeRequest) => string | undefined;
  /** Whether the scrubbed close reason is recorded. Default true. */
  recordCloseReason?: boolean;
  /**
   * Scrubs a close reason before the built-in rules do (mail addresses, tokens, query strings, long ids). Undefined leaves
   * the reason out, and so does a hook that throws: a reason that was meant to be scrubbed is not recorded as it came.
   */
  scrubReason?: (reason: string) => string | undefined;
  /**
   * Gets the message that the local side refused, in this process: for a team that wants to log its own bad bytes. They are
   * the library's own buffer, valid during the call (copy what you keep), and null where the library has let them go
   * (`invalid_deflate`). Nothing of them is exported. Off by default.
   */
  onDefect?: (info: DefectInfo, bytes: Uint8Array | null) => void;
  /** How long a closed client connection is waited for, before its reconnect counts as abandoned, in milliseconds. Default 5 minutes. */
  reconnectTimeoutMillis?: number;
}

/** Reconnect health is judged after 5 minutes; a client that is out for longer counts as gone. */
export const DEFAULT_RECONNECT_TIMEOUT_MILLIS = 5 * 60 * 1000;
