import type { InstrumentationConfig } from '@opentelemetry/instrumentation';
import type { Role } from './attributes.ts';

/** An upgrade request as the hooks see it, from either end. Header names are in lower case. */
export interface UpgradeRequest {
  role: Role;
  /** With the query string, which hooks may read and which is never recorded. */
  url: URL;
  headers: Readonly<Record<string, string | undefined>>;
}

/** Who connects: an application's name, its version, and a stable pseudonymous id of the installation or user. */
export interface ClientIdentity {
  name?: string | undefined;
  version?: string | undefined;
  id?: string | undefined;
}

/** Options of `WebSocketInstrumentation`; every one has a default. Hooks run guarded: one that throws is logged once and changes nothing. */
export interface WebSocketInstrumentationConfig extends InstrumentationConfig {
  /** Says who connects. What it leaves undefined comes from the headers `x-client-name`, `x-client-version`, `x-client-id`. */
  identifyClient?: (request: UpgradeRequest) => ClientIdentity | undefined;
  /** The low-cardinality form of the path, such as `/rooms/:id`. */
  urlTemplate?: (request: UpgradeRequest) => string | undefined;
  /** Whether the scrubbed close reason is recorded. Default true. */
  recordCloseReason?: boolean;
  /** How long a closed client connection is waited for, before its reconnect counts as abandoned, in milliseconds. Default 5 minutes. */
  reconnectTimeoutMillis?: number;
}

/** Reconnect health is judged after 5 minutes; a client that is out for longer counts as gone. */
export const DEFAULT_RECONNECT_TIMEOUT_MILLIS = 5 * 60 * 1000;
