import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collector, createCollector, isPayloadBug, openDuckDbStore, type Store } from '@closewatch/collector';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeBlocks } from './code-blocks.ts';

/** The closes of the document are of 10:00:14. */
const NOW = Date.parse('2026-11-23T10:00:15.000Z');
const [leastRequest, wholeRequest] = codeBlocks('emit-your-own.md', 'json') as [string, string];

let folder: string;
let store: Store;
let collector: Collector;
let origin: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'closewatch-docs-'));
  store = await openDuckDbStore({ folder });
  collector = createCollector({ store, port: 0, groupMs: 5, now: () => NOW });
  const { host, port } = await collector.start();
  origin = `http://${host}:${port}`;
});
afterEach(async () => {
  await collector.stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

/** Posts as the document says; answers the status and the body. */
async function post(body: string): Promise<[number, string]> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${origin}/v1/traces`, { method: 'POST', headers, body });
  return [response.status, await response.text()];
}

const stored = async () => (await store.readEventsAfter(0, 10)).events;

describe('docs/emit-your-own.md', () => {
  it('the least request is a close in the store', async () => {
    expect(await post(leastRequest)).toEqual([200, '{}']);
    const events = await stored();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      kind: 'close',
      service: 'gateway',
      role: 'server',
      code: 1007,
      time: Date.parse('2026-11-23T10:00:14.000Z'),
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
    });
    expect(isPayloadBug(events[0]!)).toBe(true);
  });

  it('sent again, it is not stored again', async () => {
    await post(leastRequest);
    expect(await post(leastRequest)).toEqual([200, '{}']);
    expect(await stored()).toHaveLength(1);
    expect(collector.counters.events).toEqual({ stored: 1, duplicates: 1 });
  });

  it.each([
    ['"traceId": "0af7651916cd43dd8448eb211c80319c",', '', 'invalid_ids'],
    ['"startTimeUnixNano": "1795428014000000000",', '', 'no_times'],
    ['"kind": 2,', '', 'no_role'],
    ['websocket.close.code', 'something.else', 'no_code'],
  ] as const)('without %s it is unusable, and counted so', async (part, instead, reason) => {
    const request = leastRequest.replace(part, instead);
    expect(request).not.toBe(leastRequest);
    expect((await post(request))[0]).toBe(200);
    expect(await stored()).toEqual([]);
    expect(collector.counters.spans.unusable[reason]).toBe(1);
  });

  it("under another name it is another emitter's, or not relevant without a code", async () => {
    const renamed = leastRequest.replace('websocket.close"', 'my.close"');
    await post(renamed);
    expect((await stored()).map(event => event.emitter)).toEqual(['websocket.close.code']);
    await post(renamed.replace('websocket.close.code', 'something.else'));
    expect(collector.counters.spans.notRelevant).toBe(1);
  });

  it('without a service it is unknown_service', async () => {
    await post(leastRequest.replace('service.name', 'other'));
    expect((await stored()).map(event => event.service)).toEqual(['unknown_service']);
  });

  it('the whole request is a connection with its close, every value of which has a column', async () => {
    expect(await post(wholeRequest)).toEqual([200, '{}']);
    const [connect, close] = await stored();
    const common = {
      service: 'gateway',
      serviceVersion: '1.8.2',
      instance: 'gateway-7f9c-1',
      environment: 'prod',
      connectionId: '00f067aa0ba902b7',
      clientVersion: '5.2.0',
      clientId: 'install-4711',
      urlTemplate: '/rooms/:id',
    };
    expect(connect).toMatchObject({ ...common, kind: 'connect', failed: false });
    expect(close).toMatchObject({
      ...common,
      kind: 'close',
      failed: true,
      linkedTraceId: connect!.traceId,
      linkedSpanId: connect!.spanId,
      code: 1007,
      initiator: 'local',
      connectionDuration: 23.994,
      payloadDefect: 'invalid_utf8',
      payloadSender: 'client',
      payloadOffset: 1,
      payloadSignature: 'gzip',
    });
    expect(collector.counters.spans).toMatchObject({ notRelevant: 0, valuesRefused: 0, clamped: 0 });
  });
});
