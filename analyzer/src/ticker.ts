import type { Logger } from 'pino';

/** Does something again and again with a pause in between that is at least as long as the work took, and other things when asked to; never two at once. */
export class Ticker {
  private readonly pauseMs: number;
  private readonly logger: Pick<Logger, 'error' | 'info'> | undefined;
  private timer: NodeJS.Timeout | null = null;
  private queue: Promise<void> = Promise.resolve();
  private stopped = true;
  /** Failures in a row: the first is logged, and when it works again, how many there were. */
  private failures = 0;

  constructor(pauseMs: number, logger?: Pick<Logger, 'error' | 'info'>) {
    this.pauseMs = pauseMs;
    this.logger = logger;
  }

  start(work: () => Promise<void>): void {
    this.stopped = false;
    const pause = (took: number) => {
      if (!this.stopped) this.timer = setTimeout(round, Math.max(this.pauseMs, took));
    };
    const round = () => {
      const began = performance.now();
      void this.run(() => this.attempt(work)).then(() => pause(performance.now() - began));
    };
    pause(0);
  }

  /** Does something once, after what is under way. */
  run(work: () => Promise<void>): Promise<void> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** Resolves when what is under way is done; no further round begins. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    await this.queue;
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.failures > 0) this.logger?.info({ failures: this.failures }, 'the analyzer works again');
      this.failures = 0;
    } catch (error) {
      if (this.failures++ === 0) this.logger?.error({ err: error }, 'the analyzer failed, and tries again');
    }
  }
}
