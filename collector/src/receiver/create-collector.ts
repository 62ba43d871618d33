import type { AddressInfo, Server } from 'node:net';
import { type Logger, pino } from 'pino';
import type { AppendOutcome } from '../store.ts';
import { type CollectorCounters, newCollectorCounters } from './collector-counters.ts';
import { type CollectorOptions, DEFAULT_LIMITS } from './collector-options.ts';
import { CommitQueue } from './commit-queue.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { httpServer } from './http-server.ts';
import { Ingest } from './ingest.ts';

type CommitListener = (outcome: AppendOutcome) => void;

/** An OTLP/HTTP receiver in front of a store. */
export interface Collector {
  /** Listens. Rejects with Node's own error, such as one with the code EADDRINUSE. */
  start(): Promise<{ host: string; port: number }>;
  /** Takes no more requests, commits and answers those in hand, and closes. The store stays open. */
  stop(): Promise<void>;
  /** Counted from the start; the object stays the same, so it can be read at any time. */
  readonly counters: CollectorCounters;
  /** Tells after each commit that stored something. Returns the unsubscribe function. */
  onCommit(listener: CommitListener): () => void;
}

/**
 * Makes a receiver for `POST /v1/traces` (protobuf and JSON, gzip). A 200 means committed and synced; requests are grouped into
 * commits. Errors carry a google.rpc.Status in the request's encoding. Source: the OTLP specification, "OTLP/HTTP".
 */
export function createCollector(options: CollectorOptions): Collector {
  const { store, host = '127.0.0.1', port = 4318, groupMs = 100, now = Date.now, observe = () => undefined } = options;
  const { allowedHosts = [] } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const logger = options.logger ?? pino({ level: 'silent' });
  const counters = newCollectorCounters();
  const listeners = new Set<CommitListener>();
  const onCommit = (outcome: AppendOutcome) => tell(listeners, outcome, logger);
  const queue = new CommitQueue({ store, groupMs, counters, logger, observe, onCommit });
  const ingest = new Ingest({ queue, counters, limits, logger, now, observe });
  const endpoint = new HttpEndpoint({ ingest, limits, allowedHosts, observe });
  const server = httpServer(endpoint, limits, counters);

  return {
    counters,
    async start() {
      const address = await listen(server, port, host);
      server.on('error', error => logger.error({ err: error }, 'the server could not accept a connection'));
      return { host: address.address, port: address.port };
    },
    async stop() {
      ingest.stopTaking();
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      const impatient = setTimeout(() => server.closeAllConnections(), limits.stopGraceMs);
      await queue.drain();
      await closed;
      clearTimeout(impatient);
      await ingest.settled();
    },
    onCommit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** A listener that throws costs neither the commit nor the other listeners. */
function tell(listeners: ReadonlySet<CommitListener>, outcome: AppendOutcome, logger: Logger): void {
  for (const listener of listeners) {
    try {
      listener(outcome);
    } catch (error) {
      logger.error({ err: error }, 'a listener of commits failed');
    }
  }
}
