import { DEFAULT_CONVENTIONS } from '@closewatch/collector';
import { expect, it } from 'vitest';
import { collectorSettings, storeSettings } from './collector-settings.ts';
import { loadConfig } from './load-config.ts';

it('gives the collector and the store what the configuration says, in their own names', () => {
  const config = loadConfig({
    env: {},
    flags: {
      data: '/data',
      ingest: {
        group_ms: 50,
        max_queue_bytes: 1_000,
        request_timeout_seconds: 5,
        cors_origins: ['https://app.example'],
      },
      retention: { days: 30 },
      archive: { parquet_after_days: 7 },
      limits: { distinct_labels: 5 },
      conventions: [
        { emitter: 'proxy', code: 'proxy.code', fields: { 'proxy.client': 'client_name' }, role: 'server' },
      ],
    },
  });
  expect(collectorSettings(config)).toMatchObject({
    host: '127.0.0.1',
    port: 4318,
    grpcPort: 4317,
    groupMs: 50,
    access: { tokens: [], publicTokens: [], corsOrigins: ['https://app.example'] },
    conventions: [
      {
        emitter: 'proxy',
        code: 'proxy.code',
        requires: {},
        fields: { 'proxy.client': 'clientName' },
        lasts: 'close',
        role: 'server',
      },
      ...DEFAULT_CONVENTIONS,
    ],
    distinctValues: { labels: 5, ids: 1_000_000 },
    limits: { maxHeldBytes: 1_000, requestTimeoutMs: 5_000, headersTimeoutMs: 5_000, keepAliveMs: 65_000 },
  });
  expect(storeSettings(config)).toEqual({
    folder: '/data',
    retention: { days: 30 },
    archive: { packAfterDays: 2, parquetAfterDays: 7 },
  });
});
