import { UsageError } from '../usage-error.ts';
import { configSchema } from './config-schema.ts';

/** A nested piece of configuration, before it is validated. */
export type RawConfig = Record<string, unknown>;

const PREFIX = 'CLOSEWATCH_';

interface Leaf {
  path: string[];
  /** What the default is, which tells how to read the text of the variable. */
  sample: unknown;
}

/** Every single-valued key: `ingest.port` is read from CLOSEWATCH_INGEST_PORT. Lists come from the file alone. */
function leaves(sample: unknown = configSchema.parse({}), path: string[] = []): Leaf[] {
  if (Array.isArray(sample)) return [];
  if (typeof sample !== 'object' || sample === null) return [{ path, sample }];
  return Object.entries(sample).flatMap(([key, value]) => leaves(value, [...path, key]));
}

/**
 * Reads `CLOSEWATCH_*` variables as configuration, to lie over the file.
 *
 * @throws UsageError where a number or a boolean is expected and something else is found
 */
export function configFromEnv(env: NodeJS.ProcessEnv): RawConfig {
  const config: RawConfig = {};
  for (const { path, sample } of leaves()) {
    const name = PREFIX + path.join('_').toUpperCase();
    const text = env[name];
    if (text !== undefined) setAt(config, path, valueFromText(name, text, sample));
  }
  return config;
}

function valueFromText(name: string, text: string, sample: unknown): unknown {
  if (typeof sample === 'number') {
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value)) throw new UsageError(`${name}: expected a number, got "${text}"`);
    return value;
  }
  if (typeof sample === 'boolean') {
    if (text !== 'true' && text !== 'false') throw new UsageError(`${name}: expected true or false, got "${text}"`);
    return text === 'true';
  }
  return text;
}

/** Sets one key of nested configuration, making the objects on the way. */
function setAt(config: RawConfig, path: readonly string[], value: unknown): void {
  let inner = config;
  for (const key of path.slice(0, -1)) {
    inner[key] ??= {};
    inner = inner[key] as RawConfig;
  }
  inner[path.at(-1) as string] = value;
}
