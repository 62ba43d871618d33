import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** The command's entry. */
export const MAIN = join(import.meta.dirname, '../../cli/src/main.ts');

/** What a command printed and how it ended. */
export interface Finished {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Starts `closewatch` as a user would: a process of its own. */
export function startClosewatch(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs `closewatch` to its end. */
export async function closewatch(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const child = startClosewatch(args, env);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    once(child, 'exit'),
  ]);
  return { exitCode: exitCode as number | null, stdout, stderr };
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}

/** Resolves with the first line of the stream that the pattern matches; throws where the stream ends without one. */
export async function lineMatching(stream: Readable, pattern: RegExp): Promise<RegExpMatchArray> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    const match = text.match(pattern);
    if (match) return match;
  }
  throw new Error(`expected a line like ${pattern}, got:\n${text}`);
}
