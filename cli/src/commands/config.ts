import { z } from 'zod';
import { channelsFromConfig } from '../config/channels-from-config.ts';
import { type Config, configSchema } from '../config/config-schema.ts';
import { ingestAccess, ingestTls } from '../config/ingest-access.ts';
import { refuseOpenListen } from '../listen-guard.ts';

/**
 * Checks what `serve` would check, and prints one line.
 *
 * @throws UsageError where serve would refuse it
 */
export function printValidated(config: Config, file: string): void {
  refuseOpenListen(config);
  channelsFromConfig(config);
  ingestAccess(config.ingest);
  ingestTls(config.ingest);
  process.stdout.write(`${file}: valid\n`);
}

/** Prints the JSON Schema of the configuration file. */
export function printConfigSchema(): void {
  process.stdout.write(`${JSON.stringify(z.toJSONSchema(configSchema, { io: 'input' }), null, 2)}\n`);
}
