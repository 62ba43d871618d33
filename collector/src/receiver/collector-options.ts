import type { Logger } from 'pino';
import type { Store } from '../store.ts';

/** Where a request is, for tests and tracing; `commit_*` are of a group of requests. */
export type CollectorPhase = 'received' | 'decoded' | 'commit_begin' | 'commit_sent' | 'commit_end' | 'answered';

/** Called synchronously at each phase. */
export type Observe = (phase: CollectorPhase) => void;

/** What bounds the collector, whatever arrives. */
export interface CollectorLimits {
  /** Largest body, after decompression. OTLP's own default. */
  maxBodyBytes: number;
  /** What all requests in hand may hold together, in bytes of body plus EVENT_BYTES an event; past it 503. */
  maxHeldBytes: number;
  /** Milliseconds for the headers, and for the whole of a request, to arrive. */
  headersTimeoutMs: number;
  requestTimeoutMs: number;
  /** Milliseconds that `stop()` gives senders to finish. */
  stopGraceMs: number;
}

export const DEFAULT_LIMITS: CollectorLimits = {
  maxBodyBytes: 64 * 1024 * 1024, // 64 MiB
  maxHeldBytes: 256 * 1024 * 1024, // 256 MiB: four of the largest requests, or a second of 150,000 small spans
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  stopGraceMs: 5_000,
};

/** What an event takes in memory: 60 fields of 8 bytes, its boxed numbers, and the texts that are its own. */
export const EVENT_BYTES = 1_024;

/** Open sockets: enough for one exporter of each of 10,000 processes. */
export const MAX_CONNECTIONS = 10_000;

/**
 * How long an idle socket stays open. Longer than the interval of exporters (5 s by default, seldom more than 60), or else sockets
 * would be closed just as they are used again.
 */
export const KEEP_ALIVE_MS = 65_000;

export interface CollectorOptions {
  store: Store;
  /** Address to listen on; loopback by default. */
  host?: string;
  /** Port to listen on; 4318 by default, 0 for any free one. */
  port?: number;
  limits?: Partial<CollectorLimits>;
  /** Names under which it is reached, beside localhost and addresses: see `isAllowedHost`. */
  allowedHosts?: readonly string[];
  /** How long the first request of a commit waits for others, in milliseconds; 100 by default. */
  groupMs?: number;
  /** Silent by default. */
  logger?: Logger;
  /** The clock, in epoch milliseconds. */
  now?: () => number;
  observe?: Observe;
}
