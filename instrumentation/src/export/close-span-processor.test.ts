import { metrics } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CloseSpanProcessor, type CloseSpanProcessorOptions } from './close-span-processor.ts';

type Answer = Parameters<SpanExporter['export']>[1];

/** An exporter whose exports are answered by hand, as a network would: later, and in any order. */
class HeldExporter implements SpanExporter {
  readonly asked: { spans: ReadableSpan[]; answer: Answer }[] = [];
  isShutDown = false;
  #waiting: (() => void) | null = null;

  export(spans: ReadableSpan[], answer: Answer): void {
    this.asked.push({ spans, answer });
    this.#waiting?.();
  }

  async shutdown(): Promise<void> {
    this.isShutDown = true;
  }

  /** Resolves when the exporter was asked that many times. */
  async reached(count: number): Promise<void> {
    while (this.asked.length < count) await new Promise<void>(resolve => (this.#waiting = resolve));
  }

  answer(index: number, code = 0): void {
    this.asked[index]?.answer({ code, ...(code !== 0 && { error: new Error('refused') }) });
  }

  /** From here on the network answers at once. */
  answerAll(): void {
    this.export = (_, answer) => answer({ code: 0 });
    for (const { answer } of this.asked) answer({ code: 0 });
  }

  get sizes(): number[] {
    return this.asked.map(({ spans }) => spans.length);
  }
}

describe('CloseSpanProcessor', () => {
  let metricExporter: InMemoryMetricExporter;
  let meterProvider: MeterProvider;
  let exporter: HeldExporter;
  let stop: () => Promise<void>;

  beforeEach(() => {
    exporter = new HeldExporter();
    metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    meterProvider = new MeterProvider({
      readers: [new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })],
    });
    metrics.setGlobalMeterProvider(meterProvider);
  });
  afterEach(async () => {
    const stopped = stop();
    exporter.answerAll();
    await stopped;
    await meterProvider.shutdown();
    metrics.disable();
  });

  /** Ends as many spans as it is told, in one tick. */
  function start(
    options: CloseSpanProcessorOptions,
    resource = resourceFromAttributes({}),
  ): {
    processor: CloseSpanProcessor;
    end: (count: number) => void;
  } {
    const processor = new CloseSpanProcessor(exporter, options);
    const tracer = new BasicTracerProvider({ resource, spanProcessors: [processor] }).getTracer('test');
    stop = () => processor.shutdown();
    const end = (count: number): void => {
      for (let index = 0; index < count; index++) tracer.startSpan(`span ${index}`).end();
    };
    return { processor, end };
  }

  async function dropped(): Promise<[unknown, unknown][]> {
    metricExporter.reset();
    await meterProvider.forceFlush();
    const all = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(scope => scope.metrics));
    const points = all.find(metric => metric.descriptor.name === 'websocket.telemetry.dropped')?.dataPoints ?? [];
    return points.map(({ attributes, value }) => [attributes['error.type'], value]);
  }

  it('exports each batch as it fills, no more at a time than it may, and nothing in the tick of the application', async () => {
    const { end } = start({ maxExportBatchSize: 10, maxConcurrentExports: 2 });
    end(35);
    expect(exporter.sizes).toEqual([]);
    await exporter.reached(2);
    expect(exporter.sizes).toEqual([10, 10]);
    exporter.answer(1);
    await exporter.reached(3);
    expect(exporter.sizes).toEqual([10, 10, 10]);
    expect(exporter.asked.flatMap(({ spans }) => spans.map(span => span.name))).toEqual(
      Array.from({ length: 30 }, (_, index) => `span ${index}`),
    );
    expect(await dropped()).toEqual([]);
  });

  it('exports a batch that does not fill after a while', async () => {
    const { end } = start({ scheduledDelayMillis: 1 });
    end(3);
    await exporter.reached(1);
    expect(exporter.sizes).toEqual([3]);
  });

  it('resolves a flush when every span of that moment is exported', async () => {
    const { processor, end } = start({ maxExportBatchSize: 2, maxConcurrentExports: 1 });
    end(3);
    let isFlushed = false;
    const flushed = processor.forceFlush().then(() => {
      isFlushed = true;
    });
    await exporter.reached(1);
    exporter.answer(0);
    await exporter.reached(2);
    expect(isFlushed).toBe(false);
    exporter.answer(1);
    await flushed;
    expect(exporter.sizes).toEqual([2, 1]);
  });

  it('drops what it has no room for, and counts it', async () => {
    const { end } = start({ maxQueueSize: 12, maxExportBatchSize: 10 });
    end(20);
    await exporter.reached(1);
    exporter.answer(0);
    expect(await dropped()).toEqual([['queue_full', 8]]);
  });

  it('counts spans that are on their way as held', async () => {
    const { end } = start({ maxQueueSize: 10, maxExportBatchSize: 10 });
    end(10);
    await exporter.reached(1);
    end(1);
    expect(await dropped()).toEqual([['queue_full', 1]]);
  });

  it('counts what the exporter gives up, throws over or never answers for', async () => {
    const { processor, end } = start({ maxExportBatchSize: 2, exportTimeoutMillis: 1 });
    end(2);
    await exporter.reached(1);
    exporter.answer(0, 1);
    await processor.forceFlush();
    end(2); // never answered
    await processor.forceFlush();
    exporter.export = () => {
      throw new Error('broken exporter');
    };
    end(1);
    await processor.forceFlush();
    expect(await dropped()).toEqual([['export_failed', 5]]);
  });

  it('exports the rest at shutdown, and counts what comes later', async () => {
    const { processor, end } = start({});
    end(2);
    const stopped = processor.shutdown();
    await exporter.reached(1);
    expect(exporter.isShutDown).toBe(false);
    exporter.answer(0);
    await stopped;
    expect(exporter.isShutDown).toBe(true);
    end(1);
    expect(exporter.sizes).toEqual([2]);
    expect(await dropped()).toEqual([['shut_down', 1]]);
  });

  it('waits until the resource knows who it is', async () => {
    const hostId = Promise.withResolvers<string>();
    const { processor, end } = start({}, resourceFromAttributes({ 'host.id': hostId.promise }));
    end(1);
    const flushed = processor.forceFlush();
    expect(exporter.sizes).toEqual([]);
    hostId.resolve('h-1');
    await exporter.reached(1);
    expect(exporter.asked[0]?.spans[0]?.resource.attributes).toEqual({ 'host.id': 'h-1' });
    exporter.answer(0);
    await flushed;
  });

  it('has one listener a process and event, however many there are, and none after the last is shut down', async () => {
    const count = (): number[] => [process.listenerCount('SIGTERM'), process.listenerCount('beforeExit')];
    const before = count() as [number, number];
    const { processor } = start({});
    const other = new CloseSpanProcessor(new HeldExporter());
    expect(count()).toEqual([before[0] + 1, before[1] + 1]);
    await processor.shutdown();
    expect(count()).toEqual([before[0] + 1, before[1] + 1]);
    await other.shutdown();
    expect(count()).toEqual(before);
  });

  it('has no listener where it is told not to', () => {
    const before = process.listenerCount('SIGTERM');
    start({ flushAtProcessEnd: false });
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it('refuses limits that are none', () => {
    stop = async () => {};
    expect(() => new CloseSpanProcessor(exporter, { maxQueueSize: 0 })).toThrow(
      new RangeError('expected maxQueueSize to be a whole number from 1 on, got 0'),
    );
  });
});
