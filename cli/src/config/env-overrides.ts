import { UsageError } from '../usage-error.ts';
import { configSchema } from './config-schema.ts';
import { nearestKey } from './nearest-key.ts';

/** A nested piece of configuration, before it is validated. */
export type RawConfig = Record<string, unknown>;

const PREFIX = 'CLOSEWATCH_';
/** Variables of the same prefix that are no configuration of `serve`: of the log, of the command line, and of applications. */
const OTHERS = ['CLOSEWATCH_LOG_LEVEL', 'CLOSEWATCH_DEBUG', 'CLOSEWATCH_ENDPOINT', 'CLOSEWATCH_HEADERS'];

interface Leaf {
  path: string[];
  /** What the default is, which tells how to read the text of the variable. */
  sample: unknown;
}

/** Keys that hold a list of texts, written with commas in a variable. Other lists (of receivers) come from the file alone. */
const TEXT_LISTS = ['allowed_hosts', 'ingest.cors_origins'];

/** Keys that hold a number or nothing: their default does not tell it. */
const OPTIONAL_NUMBERS = ['retention.days', 'retention.max_bytes', 'archive.parquet_after_days'];

/** Lists of a name and a secret, written `name=secret,name=secret`: a container has its secrets in variables. */
const NAMED_TOKENS = 'ingest.tokens';

/** Every key that a variable can set: `ingest.port` is read from CLOSEWATCH_INGEST_PORT. */
function leaves(sample: unknown = configSchema.parse({}), path: string[] = []): Leaf[] {
  if (Array.isArray(sample)) return [...TEXT_LISTS, NAMED_TOKENS].includes(path.join('.')) ? [{ path, sample }] : [];
  if (OPTIONAL_NUMBERS.includes(path.join('.'))) return [{ path, sample: 0 }];
  if (typeof sample !== 'object' || sample === null) return [{ path, sample }];
  return Object.entries(sample).flatMap(([key, value]) => leaves(value, [...path, key]));
}

/** The variable that stands for a key. @example variableOf(['ingest', 'port']) // 'CLOSEWATCH_INGEST_PORT' */
export function variableOf(path: readonly string[]): string {
  return PREFIX + path.join('_').toUpperCase();
}

/**
 * Reads `CLOSEWATCH_*` variables as configuration, to lie over the file.
 *
 * @throws UsageError where a number or a boolean is expected and something else is found, and for a variable of this
 *   prefix that nobody knows: as with a key in the file, a typing error should not pass for a setting
 */
export function configFromEnv(env: NodeJS.ProcessEnv): RawConfig {
  const config: RawConfig = {};
  refuseUnknown(env);
  for (const { path, sample } of leaves()) {
    const name = variableOf(path);
    const text = env[name];
    if (text === undefined) continue;
    const isTokens = path.join('.') === NAMED_TOKENS;
    setAt(config, path, isTokens ? tokensFromText(name, text) : valueFromText(name, text, sample));
  }
  return config;
}

function refuseUnknown(env: NodeJS.ProcessEnv): void {
  const known = [...leaves().map(({ path }) => variableOf(path)), ...OTHERS];
  const unknown = Object.keys(env).find(name => name.startsWith(PREFIX) && !known.includes(name));
  if (unknown === undefined) return;
  const near = nearestKey(unknown, known);
  throw new UsageError(
    `${unknown}: unknown variable; ${near ? `did you mean ${near}?` : `expected one of ${known.join(', ')}`}`,
  );
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
  return Array.isArray(sample) ? itemsOf(text) : text;
}

function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
}

function tokensFromText(variable: string, text: string): { name: string; token: string }[] {
  return itemsOf(text).map(item => {
    const at = item.indexOf('=');
    if (at < 1)
      throw new UsageError(`${variable}: expected name=token,name=token, got an item without a name (not shown)`);
    return { name: item.slice(0, at), token: item.slice(at + 1) };
  });
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
