import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { SIDES, type SideName } from './sides.ts';

/** Bytes after a full garbage collection: the process's resident set; the heap with what it owns outside. */
export interface Memory {
  rss: number;
  heap: number;
}

/** What a server runs in: the address that telemetry is sent to; the megabytes that the application keeps in memory. */
export interface Surroundings {
  sink: string;
  liveHeap: number;
}

/** A fresh process that runs the application with one side's telemetry. */
export class ServerProcess {
  readonly side: SideName;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(side: SideName, child: ChildProcess, port: number) {
    this.side = side;
    this.#child = child;
    this.port = port;
  }

  static async start(side: SideName, { sink, liveHeap }: Surroundings): Promise<ServerProcess> {
    const { telemetry, environment, flags } = SIDES[side];
    const loaded = telemetry === null ? [] : ['--import', join(import.meta.dirname, 'telemetry', telemetry)];
    const child = fork(join(import.meta.dirname, 'echo-server.ts'), [], {
      execArgv: ['--expose-gc', ...flags, ...loaded],
      env: { ...process.env, ...environment, BENCH_SINK: sink, BENCH_LIVE_HEAP: String(liveHeap) },
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new ServerProcess(side, child, port);
  }

  /** CPU time of all its threads so far, in microseconds. */
  async cpuMicros(): Promise<number> {
    return (await this.#ask<{ cpuMicros: number }>('cpu')).cpuMicros;
  }

  /** Resolves when a full collection of its heap has come to its end, in all its threads. */
  async collect(): Promise<void> {
    await this.#ask('collect');
  }

  memory(): Promise<Memory> {
    return this.#ask<Memory>('memory');
  }

  /** Its telemetry has handed on what it held. */
  async flush(): Promise<void> {
    await this.#ask('flush');
  }

  async stop(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }

  async #ask<Answer>(question: string): Promise<Answer> {
    this.#child.send(question);
    const [answer] = (await once(this.#child, 'message')) as [Answer];
    return answer;
  }
}
