import { once } from 'node:events';
import { context, createTraceState, DiagLogLevel, diag, propagation, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  type Sampler,
  SamplingDecision,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { closeAll, listen, openPair } from '../test/socket-pair.ts';
import { WebSocketInstrumentation } from './websocket-instrumentation.ts';

/** Keeps every other span of each name, the second first; `traceState` as a sampler would give it. */
class EveryOther implements Sampler {
  readonly #seen = new Map<string, number>();
  readonly #traceState: string | undefined;

  constructor(traceState?: string) {
    this.#traceState = traceState;
  }

  shouldSample(_context: unknown, _traceId: string, name: string) {
    const seen = (this.#seen.get(name) ?? 0) + 1;
    this.#seen.set(name, seen);
    const decision = seen % 2 === 0 ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD;
    return this.#traceState === undefined ? { decision } : { decision, traceState: createTraceState(this.#traceState) };
  }
}

describe('spans of a provider of their own', () => {
  it("are all sampled, while the upgrade carries the application's decision", async () => {
    const exporter = new InMemorySpanExporter();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    const instrumentation = new WebSocketInstrumentation();
    const spanProcessors = [new SimpleSpanProcessor(exporter)];
    instrumentation.setTracerProvider(new BasicTracerProvider({ sampler: new AlwaysOnSampler(), spanProcessors }));
    instrumentation.instrumentModule(ws);
    const { wss, url } = await listen();
    const heard: (string | undefined)[] = [];
    wss.on('connection', (_, request) => heard.push(request.headers.traceparent as string | undefined));
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    for (const traceFlags of [TraceFlags.NONE, TraceFlags.SAMPLED]) {
      const parent = trace.setSpanContext(context.active(), { traceId, spanId: 'b7ad6b7169203331', traceFlags });
      const client = context.with(parent, () => new ws.WebSocket(url));
      await once(client, 'open');
      client.terminate();
    }
    await closeAll();
    instrumentation.disable();
    propagation.disable();
    context.disable();
    expect(heard.map(header => header?.replace(/-[0-9a-f]{16}-/, '-*-'))).toEqual([
      `00-${traceId}-*-00`,
      `00-${traceId}-*-01`,
    ]);
    const connects = exporter.getFinishedSpans().filter(span => span.name === 'websocket.connect');
    expect(connects.map(span => span.spanContext().traceId)).toEqual([traceId, traceId, traceId, traceId]);
  });
});

describe("spans that go through the application's own sampler", () => {
  let warnings: string[];
  let stop: () => Promise<void>;
  const exporter = new InMemorySpanExporter();

  beforeEach(() => {
    warnings = [];
    const none = (): void => {};
    const warn = (_: string, message: unknown): void => void warnings.push(String(message));
    diag.setLogger({ error: none, warn, info: none, debug: none, verbose: none }, DiagLogLevel.WARN);
  });
  afterEach(async () => {
    await stop();
    exporter.reset();
    trace.disable();
    diag.disable();
  });

  function start(sampler?: Sampler): void {
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({
        ...(sampler && { sampler }),
        spanProcessors: [new SimpleSpanProcessor(exporter)],
      }),
    );
    const instrumentation = new WebSocketInstrumentation();
    instrumentation.instrumentModule(ws);
    stop = async () => {
      await closeAll();
      instrumentation.disable();
    };
  }

  function marks(name: string): unknown[] {
    const named = exporter.getFinishedSpans().filter(span => span.name === name);
    return named.map(span => span.attributes['websocket.telemetry.sampling']);
  }

  async function twoPairs(): Promise<void> {
    await openPair();
    await openPair();
    await closeAll();
  }

  it('are marked and warned of once, where the sampler drops others and tells no probability', async () => {
    start(new EveryOther());
    await twoPairs();
    expect(marks('websocket.connect')).toEqual(['unknown_weight', 'unknown_weight']);
    expect(marks('websocket.close')).toEqual(['unknown_weight', 'unknown_weight']);
    expect(warnings).toEqual([expect.stringContaining("closes can't be counted")]);
  });

  it('carry the probability of a consistent sampler, and no mark', async () => {
    start(new EveryOther('ot=rv:ab;th:8'));
    await twoPairs();
    expect(marks('websocket.close')).toEqual([undefined, undefined]);
    const [close] = exporter.getFinishedSpans().filter(span => span.name === 'websocket.close');
    expect(close?.spanContext().traceState?.serialize()).toBe('ot=rv:ab;th:8');
    expect(warnings).toEqual([]);
  });

  it('have no mark where nothing is dropped', async () => {
    start();
    await twoPairs();
    expect(marks('websocket.close')).toEqual([undefined, undefined, undefined, undefined]);
    expect(warnings).toEqual([]);
  });
});
