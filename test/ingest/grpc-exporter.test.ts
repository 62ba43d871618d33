import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collector, createCollector, openDuckDbStore, type Store } from '@closewatch/collector';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closeSpans, type Span } from '../faults/otlp-client.ts';

type Options = NonNullable<ConstructorParameters<typeof OTLPTraceExporter>[0]>;

let folder: string;
let store: Store;
let collector: Collector;
let url: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'closewatch-grpc-'));
  store = await openDuckDbStore({ folder });
  collector = createCollector({ store, port: 0, grpcPort: 0, groupMs: 5 });
  const { grpcPort } = await collector.start();
  url = `http://127.0.0.1:${grpcPort}`;
});
afterEach(async () => {
  await collector.stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

function exported(exporter: OTLPTraceExporter, spans: Span[]): Promise<number> {
  return new Promise(resolve => exporter.export(spans, result => resolve(result.code)));
}

it.each(['none', 'gzip'] as const)(
  "stores every span of OpenTelemetry's own gRPC exporter, once, with compression %s",
  async compression => {
    // The enumeration of compressions lives in a package that is the exporter's own; its value is this text.
    const exporter = new OTLPTraceExporter({ url, compression: compression as unknown as Options['compression'] });
    const spans = closeSpans(1_000);
    expect(await exported(exporter, spans)).toBe(0);
    expect(await exported(exporter, spans.slice(0, 10))).toBe(0);
    const { events } = await store.readEventsAfter(0, 10_000);
    expect(events.map(event => event.spanId)).toEqual(spans.map(span => span.spanContext().spanId));
    expect(collector.counters.requests.grpc.accepted).toBe(2);
    expect(collector.counters.events).toEqual({ stored: 1_000, duplicates: 10 });
    const { sent, unpacked } = collector.counters.bytes.grpc;
    expect(sent < unpacked).toBe(compression === 'gzip');
    await exporter.shutdown();
  },
);
