import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collector, createCollector, openDuckDbStore, type Store } from '@closewatch/collector';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
let store: Store;
let collector: Collector;
let origin: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'closewatch-signals-'));
  store = await openDuckDbStore({ folder });
  collector = createCollector({ store, port: 0, groupMs: 5 });
  origin = `http://127.0.0.1:${(await collector.start()).port}`;
});
afterEach(async () => {
  await collector.stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

const resource = resourceFromAttributes({ 'service.name': 'gateway', 'service.instance.id': 'gateway-1' });

it('keeps the open connections that a process tells by its metrics, and counts the other metrics', async () => {
  const exporter = new OTLPMetricExporter({ url: `${origin}/v1/metrics` });
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter('signals');
  meter.createUpDownCounter('websocket.connections.active').add(42, { 'websocket.role': 'server' });
  meter.createCounter('http.requests').add(1);
  await provider.forceFlush();
  expect(await store.readGauges(0, 10)).toMatchObject([
    { service: 'gateway', instance: 'gateway-1', role: 'server', connections: 42 },
  ]);
  expect(collector.counters.gauges.stored).toBe(1);
  expect(collector.counters.spans.otherMetrics).toBeGreaterThan(0);
  await provider.shutdown();
});

it('makes a close of a log record that carries a close code, and counts the other records', async () => {
  const processor = new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${origin}/v1/logs` }) });
  const provider = new LoggerProvider({ resource, processors: [processor] });
  const logger = provider.getLogger('signals');
  const attributes = { 'websocket.close.code': 1007, 'websocket.role': 'server' };
  logger.emit({ severityNumber: SeverityNumber.WARN, body: 'websocket closed', attributes });
  logger.emit({ severityNumber: SeverityNumber.INFO, body: 'hello' });
  await provider.forceFlush();
  const { events } = await store.readEventsAfter(0, 10);
  expect(events.map(event => [event.service, event.code])).toEqual([['gateway', 1007]]);
  expect(collector.counters.spans.otherLogRecords).toBe(1);
  await provider.shutdown();
});

it('answers in the terms of each signal', async () => {
  const post = async (signal: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${origin}/v1/${signal}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return [answer.status, await answer.json()];
  };
  for (const signal of ['traces', 'metrics', 'logs']) expect(await post(signal, {})).toEqual([200, {}]);
  const attributes = [{ key: 'websocket.close.code', value: { intValue: 1007 } }];
  const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes }] }] }] };
  expect(await post('logs', logs)).toEqual([
    200,
    { partialSuccess: { rejectedLogRecords: '1', errorMessage: expect.stringMatching(/^could not be used: /) } },
  ]);
  expect(await post('metrics', { resourceMetrics: 1 })).toEqual([400, { code: 3, message: expect.any(String) }]);
});
