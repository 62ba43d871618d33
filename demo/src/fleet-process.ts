import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Who a process says it is, in OpenTelemetry's terms: service.name and the other resource attributes. */
export interface Identity {
  service: string;
  attributes: Record<string, string>;
}

/** Who is told about processes. */
export interface FleetWatch {
  log(line: string): void;
  /** A process has ended without having been asked to. */
  failed(error: Error): void;
}

/** No answer takes this long on two busy cores; a fleet that hangs says so instead. */
const ANSWER_LIMIT_MS = 30_000;

/** One process of the fleet: started with telemetry, told what to do and listened to over its IPC channel. */
export class FleetProcess<Order extends { type: string }, Report extends { type: string }> {
  readonly name: string;
  readonly #child: ChildProcess;
  /** Reports that nobody has asked for yet: at most a handful, as every order is answered once. */
  #heard: Report[] = [];
  #listeners = new Set<() => void>();
  #expectedToExit = false;

  /**
   * @param file the module to run
   * @param watch told of the start, and of an end that nobody asked for
   */
  constructor(name: string, file: URL, identity: Identity, watch: FleetWatch) {
    this.name = name;
    const attributes = Object.entries(identity.attributes).map(([key, value]) => `${key}=${value}`);
    this.#child = fork(file, [], {
      execArgv: ['--import', new URL('./telemetry.ts', import.meta.url).href],
      env: {
        ...process.env,
        OTEL_SERVICE_NAME: identity.service,
        OTEL_RESOURCE_ATTRIBUTES: attributes.join(','),
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
      },
      serialization: 'advanced',
      // Standard output belongs to the announcements.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    watch.log(`started ${name}, pid ${this.#child.pid}`);
    this.#child.on('message', message => {
      this.#heard.push(message as Report);
      for (const listener of this.#listeners) listener();
    });
    this.#child.on('exit', (code, signal) => {
      if (!this.#expectedToExit) watch.failed(new Error(`expected ${name} to run, got exit ${signal ?? code}`));
    });
  }

  tell(order: Order): void {
    this.#child.send(order);
  }

  /** Resolves with the report of this type, which is taken off. Rejects when it does not come within half a minute. */
  hear<Type extends Report['type']>(type: Type): Promise<Extract<Report, { type: Type }>> {
    const { promise, resolve, reject } = Promise.withResolvers<Extract<Report, { type: Type }>>();
    const look = (): void => {
      const found = this.#heard.find(report => report.type === type);
      if (found === undefined) return;
      this.#heard = this.#heard.filter(report => report !== found);
      this.#listeners.delete(look);
      clearTimeout(limit);
      resolve(found as Extract<Report, { type: Type }>);
    };
    const limit = setTimeout(() => {
      this.#listeners.delete(look);
      reject(new Error(`expected "${type}" from ${this.name} within ${ANSWER_LIMIT_MS / 1000} s, got nothing`));
    }, ANSWER_LIMIT_MS);
    this.#listeners.add(look);
    look();
    return promise;
  }

  /** Says that the process may end by itself, and resolves when it has. */
  async left(): Promise<void> {
    this.#expectedToExit = true;
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }

  /** Ends the process at once, so that nothing of its end is exported. */
  kill(): void {
    this.#expectedToExit = true;
    this.#child.kill('SIGKILL');
  }
}
