import type { Logger } from 'pino';
import type { Config } from '../config/config-schema.ts';
import { serve } from '../serve.ts';

/** Serves until the signal aborts, then stops in order; what was accepted is finished first. */
export async function serveUntilStopped(config: Config, logger: Logger, signal: AbortSignal): Promise<void> {
  const running = await serve(config, logger);
  logger.info({ ingest: running.ingest, dashboard: running.dashboard, data: config.data }, 'serving');
  process.stdout.write(`Closewatch: http://${running.dashboard.host}:${running.dashboard.port}\n`);
  await aborted(signal);
  logger.info('stopping');
  await running.stop();
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
}
