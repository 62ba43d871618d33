import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDashboard, type Dashboard } from './dashboard.ts';
import { InMemoryParts } from './testdata/in-memory-parts.ts';
import { payloadBugVerdict, waveBin } from './testdata/rows.ts';
import { SseReader } from './testdata/sse-reader.ts';

let parts: InMemoryParts;
let dashboard: Dashboard;
let port: number;

beforeEach(async () => {
  parts = new InMemoryParts();
  parts.watermark = Date.parse('2026-11-23T10:00:30.000Z');
  parts.bins = [waveBin()];
  const now = () => Date.parse('2026-11-23T10:00:31.000Z');
  dashboard = createDashboard({ store: parts.store, analyzer: parts.analyzer, port: 0, now });
  port = (await dashboard.start()).port;
});

afterEach(() => dashboard.stop());

const openStream = (query = '') => fetch(`http://127.0.0.1:${port}/api/v1/stream${query}`);

const OPENED = { type: 'verdict.opened' as const, timestamp: '2026-11-23T10:00:31.000Z', data: payloadBugVerdict() };

it('begins with the newest bins, so that a page knows at once where it stands', async () => {
  const response = await openStream('?bin=10');
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const delta = await new SseReader(response).next('series.delta');
  expect(delta).toEqual({
    type: 'series.delta',
    timestamp: '2026-11-23T10:00:31.000Z',
    data: { binSeconds: 10, items: [waveBin()], watermark: '2026-11-23T10:00:30.000Z' },
  });
});

it('passes every verdict event on, unchanged', async () => {
  const reader = new SseReader(await openStream());
  await reader.next('series.delta');
  parts.tell(OPENED);
  expect(await reader.next('verdict.opened')).toEqual(OPENED);
});

it('sends whole bins of the length and service that a page asked for, after a tick', async () => {
  const reader = new SseReader(await openStream('?bin=20&service=gateway'));
  await reader.next('series.delta');
  parts.bins = [waveBin({ payloadBugs: 9 })];
  parts.tick();
  const delta = await reader.next('series.delta');
  expect(delta.data.items).toEqual([waveBin({ payloadBugs: 9 })]);
  // From a whole bin on: 10:00:30 less a minute, cut down to 20 s.
  const expected = {
    from: Date.parse('2026-11-23T09:59:20Z'),
    to: parts.watermark,
    binSeconds: 20,
    service: 'gateway',
  };
  expect(parts.seriesQueries.at(-1)).toEqual(expected);
});

it('says something on a silent stream, in a comment that proxies see too', async () => {
  const reader = new SseReader(await openStream());
  await reader.next('series.delta');
  await reader.next('series.delta');
  expect(reader.comments).toEqual([': heartbeat']);
});

it('refuses a parameter that it does not know', async () => {
  const response = await openStream('?bins=10');
  expect(response.status).toBe(400);
});

it('turns clients away over the limit, and counts them', async () => {
  await Promise.all(Array.from({ length: 100 }, () => openStream()));
  const response = await openStream();
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '10']);
  expect(dashboard.streamCounters).toEqual({ clients: 100, refused: 1, dropped: 0 });
});

it('cuts off a client that does not read, counts it, and goes on serving the others', async () => {
  const slow = connect(port, '127.0.0.1');
  slow.write('GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  await once(slow, 'readable'); // Answered; from here on nothing is read.
  const reader = new SseReader(await openStream());
  await reader.next('series.delta');
  const large = { ...OPENED, data: payloadBugVerdict({ evidence: ['x'.repeat(100_000)] }) };
  for (let told = 0; told < 400 && dashboard.streamCounters.dropped === 0; told += 1) {
    parts.tell(large);
    await reader.next('verdict.opened');
  }
  expect(dashboard.streamCounters).toEqual({ clients: 1, refused: 0, dropped: 1 });
  slow.destroy();
});

it('lets go of a client that leaves, and of the analyzer when it stops', async () => {
  const reader = new SseReader(await openStream());
  await reader.next('series.delta');
  await dashboard.stop();
  await expect(reader.next('series.delta')).rejects.toThrow();
  expect(dashboard.streamCounters.clients).toBe(0);
  expect(parts.listeners).toBe(0);
});
