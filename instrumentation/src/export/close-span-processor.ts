import { context, createContextKey, TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DroppedSpans } from './dropped-spans.ts';
import { atProcessEnd } from './process-end.ts';

/** Options of `CloseSpanProcessor`; every one has a default. */
export interface CloseSpanProcessorOptions {
  /**
   * Spans held at most, those on their way included; what comes on top is dropped and counted. Default 65,536: a span takes
   * about 2 kB with its attributes, so 128 MB when a server of 65,536 connections loses them all while no collector answers.
   */
  maxQueueSize?: number;
  /** Spans an export. Default 512. */
  maxExportBatchSize?: number;
  /** Exports that may be under way at a time. Default 4: enough to keep a collector busy over a network's delay. */
  maxConcurrentExports?: number;
  /** How long a span waits for others to fill its batch, in milliseconds. Default 1,000. */
  scheduledDelayMillis?: number;
  /** After which an export counts as failed, in milliseconds. Default 30,000; exporters give up earlier by themselves. */
  exportTimeoutMillis?: number;
  /**
   * Whether what is left is exported at SIGTERM and before the process exits by itself. Default true. The host's own handlers
   * and the default end of the process stay as they are, the latter up to 5 s later: see `atProcessEnd`.
   */
  flushAtProcessEnd?: boolean;
  /**
   * Sends what is left where the host calls `process.exit`, as many do once their last connection is gone: no asynchronous export ends
   * after that. `register` has one. Default: none, and these spans are lost, which is logged.
   */
  sendAtExit?: SendAtExit;
}

/** Sends spans synchronously; answers whether they arrived. */
export type SendAtExit = (spans: ReadableSpan[]) => boolean;

/** Under this key exporters' own requests go uninstrumented; the name is @opentelemetry/core's, whose other exports aren't needed. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

const EXPORT_SUCCEEDED = 0; // ExportResultCode.SUCCESS in @opentelemetry/core

interface Batch {
  spans: ReadableSpan[];
  /** Resolves when the batch is exported, or given up. */
  done: Promise<void>;
  finish: () => void;
}

/**
 * A span processor that waves fit through. The SDK's batch processor holds 2,048 spans and drops what a wave brings on top: of
 * 20,000 closes that end in one tick it exports 2,560. This one has room, exports each batch as it fills, several at a time, and
 * exports the rest when the process ends. What it can't keep or export, it counts in `websocket.telemetry.dropped`.
 */
export class CloseSpanProcessor implements SpanProcessor {
  readonly #exporter: SpanExporter;
  readonly #options: Required<Omit<CloseSpanProcessorOptions, 'sendAtExit'>>;
  readonly #sendAtExit: SendAtExit | undefined;
  readonly #dropped = new DroppedSpans();
  readonly #unhookProcessEnd: () => void;
  /** Spans that wait or are on their way. */
  #held = 0;
  #filling: ReadableSpan[] = [];
  /** Full batches that wait for an export to become free. */
  readonly #waiting: Batch[] = [];
  readonly #underWay = new Set<Batch>();
  #timer: NodeJS.Timeout | null = null;
  #pumpScheduled = false;
  #ending = false;
  #stopped: Promise<void> | null = null;

  constructor(exporter: SpanExporter, options: CloseSpanProcessorOptions = {}) {
    this.#exporter = exporter;
    this.#sendAtExit = options.sendAtExit;
    this.#options = {
      maxQueueSize: atLeastOne('maxQueueSize', options.maxQueueSize ?? 65_536),
      maxExportBatchSize: atLeastOne('maxExportBatchSize', options.maxExportBatchSize ?? 512),
      maxConcurrentExports: atLeastOne('maxConcurrentExports', options.maxConcurrentExports ?? 4),
      scheduledDelayMillis: options.scheduledDelayMillis ?? 1_000,
      exportTimeoutMillis: options.exportTimeoutMillis ?? 30_000,
      flushAtProcessEnd: options.flushAtProcessEnd ?? true,
    };
    const lastSteps = { flush: () => this.#flushTheRest(), exit: () => this.#exit() };
    this.#unhookProcessEnd = this.#options.flushAtProcessEnd ? atProcessEnd(lastSteps) : () => {};
  }

  onStart(): void {}

  /** Only puts the span in its batch: serializing and sending begin after the application's current tick. */
  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#stopped) this.#dropped.count(1, 'shut_down');
    else if (this.#held >= this.#options.maxQueueSize) this.#dropped.count(1, 'queue_full');
    else this.#hold(span);
  }

  #hold(span: ReadableSpan): void {
    this.#held += 1;
    this.#filling.push(span);
    if (this.#filling.length >= this.#options.maxExportBatchSize) this.#seal();
    else if (this.#ending) this.#schedulePump();
    else this.#startTimer();
  }

  /** Exports what has ended so far. Resolves when each of these spans is exported, or counted as dropped; never rejects. */
  async forceFlush(): Promise<void> {
    this.#seal();
    this.#pump();
    await Promise.all([...this.#waiting, ...this.#underWay].map(batch => batch.done));
  }

  /** Exports the rest, then stops the exporter. Spans that end later are dropped and counted. */
  shutdown(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#unhookProcessEnd();
    await this.forceFlush();
    await this.#exporter.shutdown();
  }

  /** From here on nothing waits for a batch to fill: a server that drains may exit as soon as its last connection is gone. */
  async #flushTheRest(): Promise<void> {
    this.#ending = true;
    while (this.#held > 0) await this.forceFlush();
  }

  /** Batches on their way are sent once more, as nobody will hear whether they arrive: receivers tell spans by their ids. */
  #exit(): void {
    const batches = [...this.#underWay, ...this.#waiting].map(batch => batch.spans);
    const left = [...batches.flat(), ...this.#filling];
    if (left.length === 0) return;
    let isSent = false;
    try {
      isSent = this.#sendAtExit?.(left) ?? false;
    } catch {
      // as not sent
    }
    if (!isSent) this.#dropped.count(left.length, 'process_exit');
  }

  #startTimer(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#seal();
      this.#pump();
    }, this.#options.scheduledDelayMillis);
    this.#timer.unref();
  }

  #seal(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#filling.length === 0) return;
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    this.#waiting.push({ spans: this.#filling, done, finish });
    this.#filling = [];
    this.#schedulePump();
  }

  #schedulePump(): void {
    if (this.#pumpScheduled) return;
    this.#pumpScheduled = true;
    setImmediate(() => {
      this.#pumpScheduled = false;
      if (this.#ending) this.#seal();
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#underWay.size < this.#options.maxConcurrentExports) {
      const batch = this.#waiting.shift();
      if (!batch) return;
      this.#underWay.add(batch);
      void this.#export(batch);
    }
  }

  async #export(batch: Batch): Promise<void> {
    await resourcesComplete(batch.spans);
    const failure = await this.#failureOf(batch.spans);
    if (failure) this.#dropped.count(batch.spans.length, 'export_failed', failure);
    this.#held -= batch.spans.length;
    this.#underWay.delete(batch);
    batch.finish();
    this.#pump();
  }

  /** Null where the exporter took the spans. The exporter retries by itself; what it gives up is lost. */
  #failureOf(spans: ReadableSpan[]): Promise<Error | null> {
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    const { exportTimeoutMillis } = this.#options;
    const timeout = setTimeout(
      () => resolve(new Error(`expected the export to end within ${exportTimeoutMillis} ms`)),
      exportTimeoutMillis,
    );
    timeout.unref();
    try {
      context.with(context.active().setValue(SUPPRESS_TRACING, true), () => {
        this.#exporter.export(spans, ({ code, error }) => {
          resolve(code === EXPORT_SUCCEEDED ? null : (error ?? new Error('the exporter failed and did not say why')));
        });
      });
    } catch (error) {
      resolve(error instanceof Error ? error : new Error(String(error)));
    }
    return promise.finally(() => clearTimeout(timeout));
  }
}

/** A resource may still be asking the machine who it is; its spans wait for that, as in the SDK's own processors. */
async function resourcesComplete(spans: readonly ReadableSpan[]): Promise<void> {
  const pending = new Set(spans.map(span => span.resource).filter(resource => resource.asyncAttributesPending));
  await Promise.allSettled([...pending].map(resource => resource.waitForAsyncAttributes?.()));
}

function atLeastOne(option: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`expected ${option} to be a whole number from 1 on, got ${value}`);
}
