import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { jsonRequest, jsonSpan } from '../testdata/json-request.ts';
import { type RunningCollector, runCollector } from '../testdata/running-collector.ts';

const recorded = (name: string) => readFileSync(join(import.meta.dirname, `../testdata/emitters/${name}.json`));

let running: RunningCollector;
afterEach(() => running.stop());

const stored = async () => (await running.store.readEventsAfter(0, 100)).events;

it('stores closes of other emitters once, also those of log records and events that are sent again', async () => {
  running = await runCollector();
  for (const name of ['datadog', 'opentelemetry-instrumentation-ws', 'dart', 'by-hand']) {
    expect((await running.post(recorded(name))).status).toBe(200);
    expect((await running.post(recorded(name))).status).toBe(200);
  }
  const postLogs = () =>
    fetch(`${running.origin}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Uint8Array(recorded('android')),
    });
  expect([(await postLogs()).status, (await postLogs()).status]).toEqual([200, 200]);
  expect((await stored()).map(({ emitter, code }) => [emitter, code])).toEqual([
    ['datadog', 1007],
    ['datadog', 1012],
    ['opentelemetry-instrumentation-ws', 1006],
    ['dart', 1012],
    ['websocket.close_code', 4000],
    ['opentelemetry-instrumentation-ws', 1011],
    ['android', 1007],
  ]);
  expect(running.collector.counters.events).toEqual({ stored: 7, duplicates: 7 });
});

it('decodes by the conventions and limits that it was given', async () => {
  running = await runCollector({
    conventions: [{ emitter: 'mine', code: 'my.code' }],
    distinctValues: { labels: 1, ids: 1 },
  });
  const span = (spanId: string, path: string) => ({
    ...jsonSpan({ name: 'socket gone', spanId }, { 'my.code': 1008, 'url.path': path }),
  });
  await running.post(jsonRequest([span('1'.repeat(16), '/a'), span('2'.repeat(16), '/b')]));
  expect((await stored()).map(({ emitter, code, urlPath }) => [emitter, code, urlPath])).toEqual([
    ['mine', 1008, '/a'],
    ['mine', 1008, 'other'],
  ]);
  expect(running.collector.counters.spans.valuesOther).toEqual({ 'url.path': 1 });
});
