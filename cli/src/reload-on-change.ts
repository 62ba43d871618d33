import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';

/** Milliseconds between two looks at a file. Polling sees what is replaced by a link too, as mounted secrets are. */
const LOOK_MS = 2_000;

/**
 * Calls `reload` at SIGHUP and when one of the files changes; without files SIGHUP ends the process, as ever. Where it throws, that is
 * logged, and what was in use stays.
 *
 * @returns what ends it
 */
export function reloadOnChange(files: readonly string[], reload: () => void, logger: Logger): () => void {
  if (files.length === 0) return () => undefined;
  const attempt = () => {
    try {
      reload();
      logger.info('tokens and certificates were read again');
    } catch (error) {
      logger.error({ err: error }, 'tokens and certificates could not be read again: the old ones stay in use');
    }
  };
  process.on('SIGHUP', attempt);
  for (const file of files) watchFile(file, { interval: LOOK_MS, persistent: false }, attempt);
  return () => {
    process.off('SIGHUP', attempt);
    for (const file of files) unwatchFile(file, attempt);
  };
}
