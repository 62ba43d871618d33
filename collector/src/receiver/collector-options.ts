import type { Logger } from 'pino';
import { ROW_BYTES } from '../batch/event-batch.ts';
import type { Convention } from '../otlp/convention.ts';
import type { DistinctValueLimits } from '../otlp/distinct-values.ts';
import type { Store } from '../store.ts';
import type { IngestAccess } from './access/ingest-access.ts';
import type { TlsFiles } from './tls.ts';

/** Where a request is, for tests and tracing; `commit_*` are of a group of requests. */
export type CollectorPhase = 'received' | 'decoded' | 'commit_begin' | 'commit_sent' | 'commit_end' | 'answered';

/** Called synchronously at each phase. */
export type Observe = (phase: CollectorPhase) => void;

/**
 * What bounds the collector, whatever arrives. In memory it takes at most `maxHeldBytes`, what one request's decoding needs (`maxBodyBytes`, nine times that
 * where it is JSON, and a row for every 69 bytes of it, the shortest span that becomes one), the two batches that are kept (24 MB each, see BatchPool),
 * their texts (90 MB, and twice that where a commit still uses those before), the distinct values (47 MiB, see DEFAULT_DISTINCT_VALUES), and 40 KB for
 * each of `maxConnections` (a socket, a parser, 16 KiB of headers).
 */
export interface CollectorLimits {
  /** Largest body, after decompression. OTLP's own default. */
  maxBodyBytes: number;
  /** What all requests in hand may hold together: see `HELD_BYTES_PER_ROW`. Past it 503. */
  maxHeldBytes: number;
  /** Open sockets, of each protocol; one more is closed at once. */
  maxConnections: number;
  /** Milliseconds for the headers, and for the whole of a request, to arrive. */
  headersTimeoutMs: number;
  requestTimeoutMs: number;
  /** Milliseconds that an idle socket stays open. */
  keepAliveMs: number;
  /** Milliseconds that `stop()` gives senders to finish. */
  stopGraceMs: number;
}

export const DEFAULT_LIMITS: CollectorLimits = {
  maxBodyBytes: 64 * 1024 * 1024, // 64 MiB
  maxHeldBytes: 256 * 1024 * 1024, // 256 MiB: four of the largest requests, or a second of 150,000 spans of 600 bytes
  maxConnections: 10_000, // one exporter of each of 10,000 processes
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  // Longer than the interval of exporters (5 s by default, seldom more than 60), or else sockets would be closed just as they are used again.
  keepAliveMs: 65_000,
  stopGraceMs: 5_000,
};

/**
 * What a row counts for in the budget: its place in the batch, twice, as batches double when they grow, and in the copy where it goes over into
 * another group. Its texts are counted with the body, which stays leased until the answer and is larger than all that is new in it.
 */
export const HELD_BYTES_PER_ROW = 3 * ROW_BYTES;

/**
 * What a byte of JSON counts for while it is decoded: its text, which has two bytes for each where one is not Latin-1, and what `JSON.parse` makes of
 * it; 9 bytes measured with nothing but short strings.
 */
export const HELD_BYTES_PER_JSON_BYTE = 9;

/** What a point of a gauge counts for: an object of eight fields and its texts' headers. */
export const HELD_BYTES_PER_GAUGE = 256;

export interface CollectorOptions {
  store: Store;
  /** Address to listen on; loopback by default. */
  host?: string;
  /** Port of OTLP/HTTP; 4318 by default, 0 for any free one. */
  port?: number;
  /** Port of OTLP/gRPC, 0 for any free one; without it there is none. */
  grpcPort?: number;
  /** Certificate and key, for both; without them both are plain. */
  tls?: TlsFiles;
  /** How many distinct values an attribute may have a day: see DEFAULT_DISTINCT_VALUES. */
  distinctValues?: DistinctValueLimits;
  /** How other emitters write closes down: DEFAULT_CONVENTIONS where it is left out. */
  conventions?: readonly Convention[];
  /** Who may send; everybody by default. */
  access?: IngestAccess;
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
