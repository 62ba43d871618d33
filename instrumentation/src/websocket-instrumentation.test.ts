import { once } from 'node:events';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { RecordedSpans } from '../test/recorded-spans.ts';
import { closeAll, openPair } from '../test/socket-pair.ts';
import { WebSocketInstrumentation } from './websocket-instrumentation.ts';

describe('one entry in registerInstrumentations', () => {
  afterEach(closeAll);

  it('sends the spans to the provider that is given there, until it is taken out again', async () => {
    const spans = new RecordedSpans();
    const instrumentation = new WebSocketInstrumentation();
    const unregister = registerInstrumentations({
      instrumentations: [instrumentation],
      tracerProvider: new BasicTracerProvider({ spanProcessors: [spans] }),
    });
    instrumentation.instrumentModule(ws);
    const { server } = await openPair();
    server.close(1012);
    for (const role of ['server', 'client'] as const) {
      expect((await spans.find('websocket.close', role)).attributes['websocket.close.code']).toBe(1012);
    }
    unregister();
    const told = spans.all.length;
    const unseen = await openPair();
    unseen.server.close(1012);
    await once(unseen.client, 'close');
    expect(spans.all).toHaveLength(told);
  });
});
