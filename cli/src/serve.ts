import { type Analyzer, type Channel, createAnalyzer, createWebhookDelivery } from '@closewatch/analyzer';
import { type Collector, createCollector, openDuckDbStore, type Store } from '@closewatch/collector';
import { createDashboard } from '@closewatch/dashboard';
import type { Logger } from 'pino';
import { analyzerSettings } from './config/analyzer-settings.ts';
import { channelsFromConfig } from './config/channels-from-config.ts';
import { collectorSettings, storeSettings } from './config/collector-settings.ts';
import type { Config } from './config/config-schema.ts';
import { ingestAccess, ingestFiles, ingestTls } from './config/ingest-access.ts';
import { refuseOpenListen } from './listen-guard.ts';
import { packageVersion } from './package-version.ts';
import { reloadOnChange } from './reload-on-change.ts';
import { type Part, startInOrder } from './start-in-order.ts';
import { UsageError } from './usage-error.ts';

/** A running `serve`: every role in one process over one data folder. */
export interface RunningServe {
  ingest: IngestAddress;
  dashboard: Address;
  store: Store;
  analyzer: Analyzer;
  /** Stops listening, finishes what was accepted, and closes the store. */
  stop(): Promise<void>;
}

interface Address {
  host: string;
  port: number;
}

/** Where telemetry comes in: OTLP/HTTP at `port`, OTLP/gRPC at `grpcPort`. */
interface IngestAddress extends Address {
  grpcPort: number | null;
}

/**
 * The one place that wires the parts: store, collector, analyzer, delivery, dashboard, started in this order and stopped
 * in reverse.
 *
 * @throws UsageError where the configuration, the data folder or a port can't be used
 */
export async function serve(config: Config, logger: Logger): Promise<RunningServe> {
  refuseOpenListen(config);
  const channels = channelsFromConfig(config);
  const settings = collectorSettings(config);
  const store = await openDuckDbStore({ ...storeSettings(config), logger }).catch(translateStoreProblem);
  const parts = createParts(config, settings, store, channels, logger);
  const addresses: { ingest?: IngestAddress; dashboard?: Address } = {};
  const stop = await startInOrder([
    { name: 'store', start: async () => undefined, stop: () => store.close() },
    {
      name: 'collector',
      start: async () => {
        addresses.ingest = await listening('ingest', config.ingest, () => parts.collector.start());
      },
      stop: () => parts.collector.stop(),
    },
    reloadOfIngestFiles(config, parts.collector, logger),
    // After the collector: it can have a day of rows to read, and what is exported meanwhile must find a door open.
    { name: 'analyzer', start: () => parts.analyzer.start(), stop: () => parts.analyzer.stop() },
    { name: 'delivery', start: async () => parts.delivery.start(), stop: () => parts.delivery.stop() },
    {
      name: 'dashboard',
      start: async () => {
        addresses.dashboard = await listening('dashboard', config.dashboard, () => parts.dashboard.start());
      },
      stop: () => parts.dashboard.stop(),
    },
  ]);
  return { ingest: addresses.ingest!, dashboard: addresses.dashboard!, store, analyzer: parts.analyzer, stop };
}

function createParts(
  config: Config,
  settings: ReturnType<typeof collectorSettings>,
  store: Store,
  channels: readonly Channel[],
  logger: Logger,
) {
  const collector = createCollector({
    store,
    ...settings,
    logger,
  });
  const analyzer = createAnalyzer({ store, settings: analyzerSettings(config), channels, logger });
  const delivery = createWebhookDelivery({ store, channels, logger });
  const about = { version: packageVersion(), collectorCounters: () => collector.counters };
  const dashboard = createDashboard({
    store,
    analyzer,
    allowedHosts: config.allowed_hosts,
    ...config.dashboard,
    logger,
    about,
    metrics: collector.metrics,
  });
  return { collector, analyzer, delivery, dashboard };
}

/** Both are read before either is used: what is wrong with one leaves the other as it was. */
function reloadOfIngestFiles({ ingest }: Config, collector: Collector, logger: Logger): Part {
  let end = () => {};
  const reload = () => {
    const [access, tls] = [ingestAccess(ingest), ingestTls(ingest)];
    if (tls !== null) collector.useTls(tls);
    collector.useAccess(access);
  };
  return {
    name: 'reload of tokens and certificates',
    start: async () => {
      end = reloadOnChange(ingestFiles(ingest), reload, logger);
    },
    stop: async () => end(),
  };
}

/** Starts a listening part; what keeps it from listening becomes one line that says which key and what to do. */
async function listening<At extends Address>(
  key: 'ingest' | 'dashboard',
  wanted: Address & { grpc_port?: number },
  start: () => Promise<At>,
): Promise<At> {
  try {
    return await start();
  } catch (cause) {
    const { code, port } = cause as NodeJS.ErrnoException & { port?: number };
    const portKey = port === wanted.grpc_port && port !== wanted.port ? `${key}.grpc_port` : `${key}.port`;
    const at = `${wanted.host}:${port}`;
    if (code === 'EADDRINUSE')
      throw new UsageError(`${portKey}: ${at} is in use: stop what listens there, or set ${portKey} to another port`, {
        cause,
      });
    if (code === 'EACCES')
      throw new UsageError(`${portKey}: not allowed to listen on ${at}: set ${portKey} to one above 1023`, { cause });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new UsageError(`${key}.host: expected an address of this machine, got "${wanted.host}"`, { cause });
    throw cause;
  }
}

function translateStoreProblem(cause: unknown): never {
  throw new UsageError(`data: ${(cause as Error).message}`, { cause });
}
