import { isIPv4 } from 'node:net';
import type { Config } from './config/config-schema.ts';
import { UsageError } from './usage-error.ts';

/** True for 127.0.0.0/8, ::1 and `localhost`: addresses that only this machine reaches. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Refuses to listen where other machines reach it while nobody has to authenticate, unless that is asked for by name. The
 * dashboard asks for nothing yet; ingest does where it has tokens.
 *
 * @throws UsageError naming the key, what it has and what to do
 */
export function refuseOpenListen(config: Pick<Config, 'allow_open_listen' | 'ingest' | 'dashboard'>): void {
  if (config.allow_open_listen) return;
  for (const part of ['ingest', 'dashboard'] as const) {
    const { host } = config[part];
    if (isLoopback(host) || (part === 'ingest' && asksForTokens(config.ingest))) continue;
    const remedy = part === 'ingest' ? 'set ingest.tokens, or ' : '';
    throw new UsageError(
      `${part}.host: expected a loopback address, got "${host}": nobody would have to authenticate there; ${remedy}set allow_open_listen: true if the network around it is closed`,
    );
  }
}

function asksForTokens({ tokens, tokens_file, public_tokens }: Config['ingest']): boolean {
  return tokens.length > 0 || tokens_file !== null || public_tokens.length > 0;
}
