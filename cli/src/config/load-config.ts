import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { UsageError } from '../usage-error.ts';
import { type Config, configSchema } from './config-schema.ts';
import { CONVENTION_KEYS } from './conventions-schema.ts';
import { configFromEnv, type RawConfig, variableOf } from './env-overrides.ts';
import { PUBLIC_TOKEN_KEYS, TOKEN_KEYS } from './ingest-schema.ts';
import { nearestKey } from './nearest-key.ts';
import { substituteEnv } from './substitute-env.ts';

/** Where the pieces of the configuration come from; flags lie over the environment, over the file, over the defaults. */
export interface ConfigSources {
  file?: string;
  env: NodeJS.ProcessEnv;
  flags?: RawConfig;
}

/**
 * Reads, merges and validates the configuration.
 *
 * @throws UsageError one line, with file and line number where the file is at fault, got and expected
 */
export function loadConfig({ file, env, flags = {} }: ConfigSources): Config {
  const document = file === undefined ? undefined : readDocument(file, env);
  const fromEnv = configFromEnv(env);
  const merged = [document?.raw ?? {}, fromEnv, flags].reduce(merge, {});
  const result = configSchema.safeParse(merged);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const place = placeOf(issue.path, [
    { raw: flags, name: path => `--${path.join('-').replaceAll('_', '-')}` },
    { raw: fromEnv, name: variableOf },
  ]);
  throw new UsageError(describeIssue(issue, merged, place, document));
}

/** The flag or variable that a value comes from; undefined where it comes from the file. */
function placeOf(path: readonly PropertyKey[], over: readonly { raw: RawConfig; name: (path: string[]) => string }[]) {
  const keys = path.map(String);
  return over.find(({ raw }) => keys.length > 0 && valueAt(raw, keys) !== undefined)?.name(keys);
}

interface ReadDocument {
  raw: RawConfig;
  /** `closewatch.yaml:7` of a key, or the file's name alone. */
  placeOf(path: readonly PropertyKey[]): string;
}

function readDocument(file: string, env: NodeJS.ProcessEnv): ReadDocument {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines });
  const lineOf = (offset: number | undefined) =>
    offset === undefined ? file : `${file}:${lines.linePos(offset).line}`;
  const problem = document.errors[0];
  if (problem) throw new UsageError(`${lineOf(problem.pos[0])}: expected YAML, got: ${problem.message.split('\n')[0]}`);
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string')
        node.value = readBack(substituteEnv(node.value, env, lineOf(node.range?.[0])), node.value);
    },
  });
  if (document.contents !== null && !isMap(document.contents))
    throw new UsageError(`${file}: expected keys and values, got ${typeof document.toJS()}`);
  return {
    raw: (document.toJS() ?? {}) as RawConfig,
    placeOf: path => lineOf(offsetOf(document.contents, path)),
  };
}

/** A reference that stood for a whole number or a boolean is one: `port: ${env:PORT:-8080}` is a number. */
function readBack(after: string, before: string): unknown {
  if (after === before) return after;
  if (/^-?\d+(\.\d+)?$/.test(after)) return Number(after);
  return after === 'true' || after === 'false' ? after === 'true' : after;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new UsageError(`${file}: expected a readable configuration file, got ${code}`, { cause });
  }
}

/** The offset of a key (not of its value) in the file, following a path of the parsed configuration. */
function offsetOf(node: unknown, path: readonly PropertyKey[]): number | undefined {
  const ranged = node as { range?: [number, number, number]; items?: unknown[] } | null;
  const [head, ...rest] = path;
  if (head === undefined) return ranged?.range?.[0];
  if (typeof head === 'number') return offsetOf(ranged?.items?.[head], rest);
  if (!isMap(node)) return ranged?.range?.[0];
  const pair = node.items.find(item => isScalar(item.key) && item.key.value === head);
  if (!pair) return node.range?.[0];
  return rest.length === 0 ? (pair.key as { range?: [number, number, number] }).range?.[0] : offsetOf(pair.value, rest);
}

function describeIssue(
  issue: z.core.$ZodIssue,
  merged: RawConfig,
  place: string | undefined,
  document: ReadDocument | undefined,
): string {
  if (issue.code === 'unrecognized_keys') return describeUnknownKey(issue, document);
  const where = place ?? document?.placeOf(issue.path) ?? 'configuration';
  const name = issue.path.join('.') || 'the file';
  return `${where}: ${name}: ${expectationOf(issue)}${gotOf(issue, merged)}`;
}

/** zod's "Too big: expected number to be <=65535" and "Invalid input: expected number, received string", without the frame. */
function expectationOf({ message }: z.core.$ZodIssue): string {
  return message.replace(/^[A-Z][a-z ]+: (?=expected)/, '').replace(/, received \w+$/, '');
}

/** Lists whose entries can hold credentials, and the keys of those. */
const SECRET_LISTS: Readonly<Record<string, readonly string[]>> = {
  webhooks: ['name', 'url', 'secret', 'secret_file'],
  'ingest.tokens': TOKEN_KEYS,
  'ingest.public_tokens': PUBLIC_TOKEN_KEYS,
};

function secretListAt(path: readonly PropertyKey[]): string | undefined {
  const name = path.filter(key => typeof key === 'string').join('.');
  return Object.keys(SECRET_LISTS).find(list => name === list || name.startsWith(`${list}.`));
}

/** The value as it was given; what can be a credential is not shown. */
function gotOf(issue: z.core.$ZodIssue, merged: RawConfig): string {
  if (issue.code === 'custom' || secretListAt(issue.path) !== undefined) return '';
  return `, got ${JSON.stringify(valueAt(merged, issue.path))}`;
}

function describeUnknownKey(issue: z.core.$ZodIssueUnrecognizedKeys, document: ReadDocument | undefined): string {
  const key = issue.keys[0]!;
  const place = document?.placeOf([...issue.path, key]) ?? 'configuration';
  const known = knownKeys(issue.path);
  const near = nearestKey(key, known);
  const name = [...issue.path, key].join('.');
  return `${place}: unknown key "${name}"; ${near ? `did you mean "${near}"?` : `expected one of ${known.join(', ')}`}`;
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  if (path[0] === 'conventions' && path.length === 2) return CONVENTION_KEYS;
  const sample = valueAt(configSchema.parse({}), path);
  if (typeof sample === 'object' && sample !== null) return Object.keys(sample);
  return [...(SECRET_LISTS[secretListAt(path) ?? ''] ?? [])];
}

function valueAt(config: object, path: readonly PropertyKey[]): unknown {
  let value: unknown = config;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value;
}

function merge(under: RawConfig, over: RawConfig): RawConfig {
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === null) continue; // `ingest:` with nothing below it says nothing
    const both = isPlain(merged[key]) && isPlain(value);
    merged[key] = both ? merge(merged[key] as RawConfig, value as RawConfig) : value;
  }
  return merged;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
