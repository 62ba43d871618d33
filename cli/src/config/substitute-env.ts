import { UsageError } from '../usage-error.ts';

const REFERENCE = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Replaces `${env:NAME}` and `${env:NAME:-default}` in a string of the configuration.
 *
 * @param text the string as it stands in the file
 * @param env the environment to read from
 * @param where file and line, for the message
 * @throws UsageError where a variable is not set and has no default
 * @example substituteEnv('${env:PORT:-8080}', {}, 'closewatch.yaml:3') // '8080'
 */
export function substituteEnv(text: string, env: NodeJS.ProcessEnv, where: string): string {
  return text.replace(REFERENCE, (_reference, name: string, fallback: string | undefined) => {
    const value = env[name] ?? fallback;
    if (value === undefined) {
      throw new UsageError(
        `${where}: expected the environment variable ${name}, which is not set (a default is written \${env:${name}:-default})`,
      );
    }
    return value;
  });
}
