import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How a process ended: by an exit code, or by a signal. */
export interface AppEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  standardError: string;
}

/** One of the programs under `apps/`, run by this Node as an application would be. */
export class RunningApp {
  readonly process: ChildProcess;
  /** Resolves when the process is gone and its output read. */
  readonly ended: Promise<AppEnd>;
  readonly #lines: AsyncIterator<string>;

  /** Only the given variables are added to a clean environment: none of OpenTelemetry's own is inherited. */
  constructor(app: string, options: { args?: string[]; env?: Record<string, string>; nodeArgs?: string[] } = {}) {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(OTEL|CLOSEWATCH|VITEST|NODE_OPTIONS)/.test(name),
    );
    this.process = spawn(
      process.execPath,
      [...(options.nodeArgs ?? []), join(import.meta.dirname, 'apps', app), ...(options.args ?? [])],
      { cwd: import.meta.dirname, env: { ...Object.fromEntries(inherited), ...options.env }, stdio: 'pipe' },
    );
    const errors: Buffer[] = [];
    this.process.stderr?.on('data', (chunk: Buffer) => errors.push(chunk));
    this.#lines = createInterface({ input: this.process.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    this.ended = once(this.process, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      standardError: Buffer.concat(errors).toString(),
    }));
  }

  /** The next line that it prints; empty where it has ended. */
  async line(): Promise<string> {
    const { value } = await this.#lines.next();
    return value ?? '';
  }

  write(line: string): void {
    this.process.stdin?.write(`${line}\n`);
  }
}
