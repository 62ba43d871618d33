import type { CollectorOptions } from '@closewatch/collector';
import type { Config } from './config-schema.ts';
import { ingestAccess, ingestTls } from './ingest-access.ts';

/**
 * The collector's part of the configuration, in the collector's own names, with its files read.
 *
 * @throws UsageError where a token or a file can't be used
 */
export function collectorSettings({ ingest, allowed_hosts }: Config): Omit<CollectorOptions, 'store'> {
  const tls = ingestTls(ingest);
  return {
    host: ingest.host,
    port: ingest.port,
    grpcPort: ingest.grpc_port,
    groupMs: ingest.group_ms,
    allowedHosts: allowed_hosts,
    access: ingestAccess(ingest),
    ...(tls !== null && { tls }),
    limits: {
      maxBodyBytes: ingest.max_body_bytes,
      maxHeldBytes: ingest.max_queue_bytes,
      maxConnections: ingest.max_connections,
      headersTimeoutMs: Math.min(ingest.headers_timeout_seconds, ingest.request_timeout_seconds) * 1_000,
      requestTimeoutMs: ingest.request_timeout_seconds * 1_000,
      keepAliveMs: ingest.keep_alive_seconds * 1_000,
    },
  };
}
