import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

interface Question {
  id: number;
  name: string;
  argument: unknown;
}

type Answer = { id: number; answer: unknown } | { id: number; problem: string };

/** A process of its own that answers questions: its CPU time and memory are not those of the others. */
export class AskedProcess {
  readonly #child: ChildProcess;
  readonly #file: string;
  readonly #waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  #asked = 0;

  /** Starts a file of this folder that calls `answerQuestions`. */
  constructor(file: string, execArgv: readonly string[] = []) {
    this.#file = file;
    this.#child = fork(join(import.meta.dirname, file), [], { execArgv: [...execArgv] });
    this.#child.on('message', (message: Answer) => this.#settle(message));
    this.#child.on('exit', code => {
      const error = new Error(`expected ${file} to answer, got its exit with ${code}`);
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  async ask<Result>(name: string, argument: unknown = null): Promise<Result> {
    const question: Question = { id: this.#asked++, name, argument };
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(question.id, { resolve, reject }));
    this.#child.send(question);
    return (await answered) as Result;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }

  #settle(message: Answer): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('problem' in message) waiting?.reject(new Error(`${this.#file}: ${message.problem}`));
    else waiting?.resolve(message.answer);
  }
}

/** In the process that is asked: one function a question. It ends with who asks. */
export function answerQuestions(answers: Record<string, (argument: never) => unknown>): void {
  process.once('disconnect', () => process.exit());
  process.on('message', async ({ id, name, argument }: Question) => {
    try {
      process.send?.({ id, answer: await answers[name]!(argument as never) });
    } catch (error) {
      process.send?.({ id, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}

/** What a process has used: CPU of all its threads, in microseconds; the most memory that was resident, in bytes. */
export interface Usage {
  cpuMicros: number;
  /** Of it the thread that runs JavaScript. */
  mainThreadMicros: number;
  peakBytes: number;
}

export function usage(): Usage {
  const [all, main] = [process.cpuUsage(), process.threadCpuUsage()];
  return {
    cpuMicros: all.user + all.system,
    mainThreadMicros: main.user + main.system,
    peakBytes: process.resourceUsage().maxRSS * 1_024,
  };
}
