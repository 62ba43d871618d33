import { type Logger, pino } from 'pino';
import type { Registry } from 'prom-client';
import { CollectorMetrics } from '../metrics/collector-metrics.ts';
import { RequestDecoder } from '../otlp/request-decoder.ts';
import type { AppendOutcome } from '../store.ts';
import { AccessControl } from './access/access-control.ts';
import { type IngestAccess, OPEN_ACCESS } from './access/ingest-access.ts';
import { type CollectorCounters, newCollectorCounters } from './collector-counters.ts';
import { type CollectorOptions, DEFAULT_LIMITS } from './collector-options.ts';
import { CommitQueue } from './commit-queue.ts';
import { GrpcEndpoint } from './grpc/grpc-endpoint.ts';
import { GrpcListener } from './grpc/grpc-listener.ts';
import { HttpEndpoint } from './http-endpoint.ts';
import { HttpListener } from './http-listener.ts';
import { Ingest } from './ingest.ts';
import type { TlsFiles } from './tls.ts';

type CommitListener = (outcome: AppendOutcome) => void;

/** Where a collector listens. */
interface CollectorAddress {
  host: string;
  /** OTLP/HTTP. */
  port: number;
  /** OTLP/gRPC; null where there is none. */
  grpcPort: number | null;
}

/** An OTLP receiver in front of a store. */
export interface Collector {
  /** Listens. Rejects with Node's own error, such as one with the code EADDRINUSE, and then listens nowhere. */
  start(): Promise<CollectorAddress>;
  /** Takes no more requests, commits and answers those in hand, and closes. The store stays open. */
  stop(): Promise<void>;
  /** From now on these tokens let in, and no others. */
  useAccess(access: IngestAccess): void;
  /** Connections made from now on are met with this certificate. */
  useTls(tls: TlsFiles): void;
  /** Counted from the start; the object stays the same, so it can be read at any time. */
  readonly counters: CollectorCounters;
  /** The same counters, and what the queue, the connections and the store are at, in Prometheus' terms. */
  readonly metrics: Registry;
  /** Tells after each commit that stored something. Returns the unsubscribe function. */
  onCommit(listener: CommitListener): () => void;
}

/**
 * Makes an OTLP receiver over HTTP (protobuf and JSON; gzip, zstd) and gRPC. An accepted request is committed and synced; requests
 * are grouped into commits. Source: https://opentelemetry.io/docs/specs/otlp/
 */
export function createCollector(options: CollectorOptions): Collector {
  const { store, groupMs = 100, now = Date.now, observe = () => undefined, tls = null } = options;
  const { allowedHosts = [], access: allowed = OPEN_ACCESS, distinctValues, conventions } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const logger = options.logger ?? pino({ level: 'silent' });
  const counters = newCollectorCounters();
  const listeners = new Set<CommitListener>();
  const onCommit = (outcome: AppendOutcome) => tell(listeners, outcome, logger);
  const onCommitTime = (seconds: number) => metrics.commitSeconds.observe(seconds);
  const queue = new CommitQueue({ store, groupMs, counters, logger, observe, onCommit, onCommitTime });
  const decoder = new RequestDecoder({ distinctValues, conventions });
  const ingest = new Ingest({ queue, decoder, counters, limits, logger, now, observe });
  const access = new AccessControl(allowed, counters.tokens);
  const endpoint = new HttpEndpoint({ ingest, access, counters, limits, allowedHosts, observe });
  const http = new HttpListener(endpoint, limits, counters, tls);
  const grpc =
    options.grpcPort === undefined
      ? null
      : new GrpcListener(new GrpcEndpoint({ ingest, access, limits, observe }), limits, counters, tls);
  const metrics = new CollectorMetrics({
    counters,
    heldBytes: () => ingest.budget.held,
    mostHeldBytes: () => ingest.budget.most,
    heldBytesLimit: limits.maxHeldBytes,
    openConnections: protocol => (protocol === 'http' ? http.openConnections : (grpc?.openConnections ?? null)),
    storeStatus: () => store.status(),
    clockSkew: () => ingest.clockSkew,
  });

  return {
    counters,
    metrics: metrics.registry,
    async start() {
      const { host = '127.0.0.1', port = 4318, grpcPort } = options;
      const { address, port: httpPort } = await http.start(port, host, logger);
      const grpcAddress = await grpc?.start(grpcPort!, host, logger).catch(async cause => {
        await http.stop(0);
        throw cause;
      });
      return { host: address, port: httpPort, grpcPort: grpcAddress?.port ?? null };
    },
    async stop() {
      ingest.stopTaking();
      const closed = [http.stop(limits.stopGraceMs), grpc?.stop(limits.stopGraceMs)];
      await queue.drain();
      await Promise.all(closed);
      await ingest.settled();
    },
    useAccess: changed => access.use(changed),
    useTls(changed) {
      http.useTls(changed);
      grpc?.useTls(changed);
    },
    onCommit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
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
