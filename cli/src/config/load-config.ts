import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { UsageError } from '../usage-error.ts';
import { type Config, configSchema } from './config-schema.ts';
import { configFromEnv, type RawConfig } from './env-overrides.ts';
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
  const merged = merge(merge(document?.raw ?? {}, configFromEnv(env)), flags);
  const result = configSchema.safeParse(merged);
  if (!result.success) throw new UsageError(describeIssue(result.error.issues[0]!, document));
  return result.data;
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

function describeIssue(issue: z.core.$ZodIssue, document: ReadDocument | undefined): string {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const place = document?.placeOf([...issue.path, key]) ?? 'configuration';
    const known = knownKeys(issue.path);
    const near = nearestKey(key, known);
    const name = [...issue.path, key].join('.');
    return `${place}: unknown key "${name}"; ${near ? `did you mean "${near}"?` : `expected one of ${known.join(', ')}`}`;
  }
  const place = document?.placeOf(issue.path) ?? 'configuration';
  return `${place}: ${issue.path.join('.') || 'the file'}: ${issue.message}`;
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  let sample: unknown = configSchema.parse({});
  for (const key of path) sample = (sample as Record<PropertyKey, unknown> | undefined)?.[key];
  if (typeof sample === 'object' && sample !== null) return Object.keys(sample);
  return path[0] === 'webhooks' ? ['name', 'url', 'secret', 'secret_file'] : [];
}

function merge(under: RawConfig, over: RawConfig): RawConfig {
  const merged = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const both = isPlain(merged[key]) && isPlain(value);
    merged[key] = both ? merge(merged[key] as RawConfig, value as RawConfig) : value;
  }
  return merged;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
