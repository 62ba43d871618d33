import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base';

type Test = (span: ReadableSpan) => boolean;

/** Every span that the process ends, through a real provider registered as the global one. */
export class RecordedSpans implements SpanProcessor {
  readonly all: ReadableSpan[] = [];
  readonly #waiting = new Set<{ test: Test; resolve: (span: ReadableSpan) => void }>();

  static register(): RecordedSpans {
    const spans = new RecordedSpans();
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [spans] }));
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    return spans;
  }

  /** Gives the global provider back. */
  unregister(): void {
    trace.disable();
    propagation.disable();
    context.disable();
  }

  /** The first span of that name and role, now or as soon as it ends. */
  find(name: string, role?: 'client' | 'server', test: Test = () => true): Promise<ReadableSpan> {
    const matches: Test = span =>
      span.name === name && (role === undefined || span.attributes['websocket.role'] === role) && test(span);
    const found = this.all.find(matches);
    if (found) return Promise.resolve(found);
    return new Promise(resolve => this.#waiting.add({ test: matches, resolve }));
  }

  named(name: string): ReadableSpan[] {
    return this.all.filter(span => span.name === name);
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    this.all.push(span);
    for (const waiter of this.#waiting) {
      if (!waiter.test(span)) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(span);
    }
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
