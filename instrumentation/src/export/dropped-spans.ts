import { type Counter, diag, type MeterProvider, metrics } from '@opentelemetry/api';
import { type DropReason, droppedCounter } from '../metrics/connection-metrics.ts';
import { PACKAGE_NAME, PACKAGE_VERSION } from '../version.ts';

/**
 * Spans that were left out, in the metric `websocket.telemetry.dropped` of the meter provider that is registered when it
 * happens. Each reason is logged once, the rest is counted.
 */
export class DroppedSpans {
  readonly #log = diag.createComponentLogger({ namespace: PACKAGE_NAME });
  readonly #logged = new Set<DropReason>();
  #provider: MeterProvider | null = null;
  #counter: Counter | null = null;

  count(spans: number, reason: DropReason, cause?: unknown): void {
    const provider = metrics.getMeterProvider();
    if (!this.#counter || this.#provider !== provider) {
      this.#provider = provider;
      this.#counter = droppedCounter(provider.getMeter(PACKAGE_NAME, PACKAGE_VERSION));
    }
    this.#counter.add(spans, { 'error.type': reason });
    if (this.#logged.has(reason)) return;
    this.#logged.add(reason);
    this.#log.warn(
      `${spans} spans were not exported (${reason}); later ones count in websocket.telemetry.dropped`,
      cause ?? '',
    );
  }
}
