import * as ws from 'ws';
import type { WebSocketInstrumentationConfig } from '../src/options.ts';
import { WebSocketInstrumentation } from '../src/websocket-instrumentation.ts';
import { RecordedSpans } from './recorded-spans.ts';
import { closeAll } from './socket-pair.ts';

/** This process's `ws`, instrumented, and the spans that come of it. */
export interface InstrumentedWs {
  spans: RecordedSpans;
  instrumentation: WebSocketInstrumentation;
  /** Closes every socket, then takes the instrumentation out. */
  stop(): Promise<void>;
}

export function instrumentWs(config?: WebSocketInstrumentationConfig): InstrumentedWs {
  const spans = RecordedSpans.register();
  const instrumentation = new WebSocketInstrumentation(config);
  instrumentation.instrumentModule(ws);
  return {
    spans,
    instrumentation,
    async stop() {
      await closeAll();
      instrumentation.disable();
      spans.unregister();
    },
  };
}
