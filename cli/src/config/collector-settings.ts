import type { CollectorOptions, DuckDbStoreOptions } from '@closewatch/collector';
import type { Config } from './config-schema.ts';
import { conventionsOf } from './conventions-schema.ts';
import { ingestAccess, ingestTls } from './ingest-access.ts';

/**
 * The collector's part of the configuration, in the collector's own names, with its files read.
 *
 * @throws UsageError where a token or a file can't be used
 */
export function collectorSettings({
  ingest,
  allowed_hosts,
  conventions,
  limits,
}: Config): Omit<CollectorOptions, 'store'> {
  const tls = ingestTls(ingest);
  return {
    host: ingest.host,
    port: ingest.port,
    grpcPort: ingest.grpc_port,
    groupMs: ingest.group_ms,
    allowedHosts: allowed_hosts,
    access: ingestAccess(ingest),
    conventions: conventionsOf(conventions),
    distinctValues: { labels: limits.distinct_labels, ids: limits.distinct_ids },
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

/** The store's part of the configuration, in the store's own names. */
export function storeSettings({ data, retention, archive }: Config) {
  return {
    folder: data,
    retention: {
      ...(retention.days !== null && { days: retention.days }),
      ...(retention.max_bytes !== null && { bytes: retention.max_bytes }),
    },
    archive: {
      packAfterDays: archive.pack_after_days,
      ...(archive.parquet_after_days !== null && { parquetAfterDays: archive.parquet_after_days }),
    },
  } satisfies DuckDbStoreOptions;
}
