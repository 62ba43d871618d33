import { readFileSync } from 'node:fs';
import type { Channel } from '@closewatch/analyzer';
import { UsageError } from '../usage-error.ts';
import type { Config } from './config-schema.ts';

/**
 * The receivers of alerts, with their secrets read.
 *
 * @throws UsageError where a secret can't be read or is not one of Standard Webhooks
 */
export function channelsFromConfig(config: Pick<Config, 'webhooks'>): Channel[] {
  return config.webhooks.map(hook => {
    const secret = hook.secret ?? readSecret(hook.name, hook.secret_file!);
    if (!/^whsec_[A-Za-z0-9+/]+=*$/.test(secret)) {
      throw new UsageError(
        `webhooks: ${hook.name}: expected a secret of the form whsec_ and base64, got something else (not shown)`,
      );
    }
    return { name: hook.name, url: hook.url, secret };
  });
}

function readSecret(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new UsageError(`webhooks: ${name}: expected a readable secret_file, got ${code} for ${file}`, { cause });
  }
}
