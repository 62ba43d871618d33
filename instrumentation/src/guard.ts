import type { DiagLogger } from '@opentelemetry/api';

/**
 * Keeps our own faults, and those of the user's hooks, away from the host: runs an action, and answers undefined where it
 * throws. Each named place is logged once, so that a fault on every connection does not flood the log.
 */
export class Guard {
  readonly #log: () => DiagLogger;
  readonly #logged = new Set<string>();

  constructor(log: () => DiagLogger) {
    this.#log = log;
  }

  run<T>(place: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!this.#logged.has(place)) {
        this.#logged.add(place);
        this.#log().error(`${place} failed; the application is not affected, and this is logged once`, error);
      }
      return undefined;
    }
  }
}
