import { closeEventsFromOtlpLine, type Store } from '@closewatch/collector';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDashboard, type Dashboard } from './dashboard.ts';
import { InMemoryParts } from './testdata/in-memory-parts.ts';
import { payloadBugVerdict, payloadClose, waveBin } from './testdata/rows.ts';

let parts: InMemoryParts;
let dashboard: Dashboard;
let origin: string;

beforeEach(async () => {
  parts = new InMemoryParts();
  parts.watermark = Date.parse('2026-11-23T10:05:00.000Z');
  const about = { version: '0.1.0', collectorCounters: () => ({ spansStored: 12 }) };
  dashboard = createDashboard({ store: parts.store, analyzer: parts.analyzer, port: 0, about });
  const { port } = await dashboard.start();
  origin = `http://127.0.0.1:${port}`;
});

afterEach(() => dashboard.stop());

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the body holds.
async function get(path: string): Promise<{ status: number; headers: Headers; body: any }> {
  const response = await fetch(`${origin}${path}`);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe('verdicts', () => {
  it('answers with exactly the stored documents, newest first', async () => {
    const wave = payloadBugVerdict({ id: 'wave-1', kind: 'deploy_wave', startedAt: '2026-11-23T10:00:00.000Z' });
    parts.verdicts = [wave, payloadBugVerdict()];
    const { status, body } = await get('/api/v1/verdicts');
    expect(status).toBe(200);
    expect(body).toEqual({ items: [payloadBugVerdict(), wave], next: null });
  });

  it('filters by kind and status', async () => {
    parts.verdicts = [
      payloadBugVerdict(),
      payloadBugVerdict({ id: 'old', status: 'ended', endedAt: '2026-11-23T10:01:00.000Z' }),
    ];
    const { body } = await get('/api/v1/verdicts?kind=payload_bug&status=ended');
    expect(body.items.map((verdict: { id: string }) => verdict.id)).toEqual(['old']);
  });

  it('pages through verdicts of one instant without losing or repeating one', async () => {
    parts.verdicts = ['a', 'b', 'c', 'd', 'e'].map(id => payloadBugVerdict({ id }));
    const ids: string[] = [];
    let path = '/api/v1/verdicts?limit=2';
    for (let pages = 0; pages < 3; pages += 1) {
      const { body } = await get(path);
      ids.push(...body.items.map((verdict: { id: string }) => verdict.id));
      path = `/api/v1/verdicts?limit=2&cursor=${body.next}`;
      if (pages === 2) expect(body.next).toBeNull();
    }
    expect(ids).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('answers one verdict by its id, and 404 for an id that is none', async () => {
    parts.verdicts = [payloadBugVerdict()];
    expect((await get('/api/v1/verdicts/bug-1')).body).toEqual(payloadBugVerdict());
    const missing = await get('/api/v1/verdicts/nothing');
    expect(missing.status).toBe(404);
    expect(missing.body).toMatchObject({ status: 404, code: 'not_found', got: 'nothing' });
  });

  it('tells deliveries without the body, and of URLs only their host', async () => {
    parts.verdicts = [payloadBugVerdict()];
    const at = Date.parse('2026-11-23T10:00:32.000Z');
    parts.outbox = [
      {
        id: 'message-1',
        verdictId: 'bug-1',
        channel: 'on-call',
        body: JSON.stringify({ type: 'verdict.opened', data: {} }),
        createdAt: at,
        dueAt: at + 5_000,
        attempts: 2,
        state: 'due',
        deliveredAt: null,
        problem: 'POST https://me:s3cret@hooks.example/services/T0K3N?key=k answered 500',
      },
    ];
    const { body } = await get('/api/v1/verdicts/bug-1/deliveries');
    expect(body.items).toEqual([
      {
        id: 'message-1',
        verdictId: 'bug-1',
        channel: 'on-call',
        type: 'verdict.opened',
        state: 'due',
        attempts: 2,
        createdAt: '2026-11-23T10:00:32.000Z',
        dueAt: '2026-11-23T10:00:37.000Z',
        deliveredAt: null,
        problem: 'POST https://hooks.example/… answered 500',
      },
    ]);
  });
});

describe('the timeline', () => {
  it('answers bins up to the watermark, by default of fifteen minutes in steps of ten seconds', async () => {
    parts.bins = [waveBin()];
    const { body } = await get('/api/v1/series');
    expect(body).toEqual({ items: [waveBin()], next: null, binSeconds: 10, watermark: '2026-11-23T10:05:00.000Z' });
    expect(parts.seriesQueries).toEqual([
      { from: Date.parse('2026-11-23T09:50:00Z'), to: Date.parse('2026-11-23T10:05:00Z'), binSeconds: 10 },
    ]);
  });

  it('says that there is no watermark before the first event', async () => {
    parts.watermark = 0;
    expect((await get('/api/v1/series')).body).toMatchObject({ items: [], watermark: null });
  });

  it('answers closes as both ends told them, with times in RFC 3339', async () => {
    parts.events = [payloadClose()];
    const { body } = await get('/api/v1/closes?from=2026-11-23T10:00:00Z&to=2026-11-23T10:01:00Z&payloadBugs=true');
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      time: '2026-11-23T10:00:14.250Z',
      code: 1007,
      codeReported: 1006,
      payloadBug: true,
      payloadSignature: 'gzip',
      clientId: 'c-91f0e2',
    });
  });

  it('filters deploys by service', async () => {
    const band = {
      environment: 'prod',
      fromVersion: '1',
      version: '2',
      startedAt: '2026-11-23T10:00:00.000Z',
      endedAt: null,
    };
    const gateway = { ...band, service: 'gateway', source: 'marker' as const };
    parts.bands = [gateway, { ...band, service: 'chat', source: 'inferred' }];
    expect((await get('/api/v1/deploys?service=gateway')).body).toEqual({ items: [gateway], next: null });
  });
});

describe('export', () => {
  it('streams every event as OTLP lines that read back as the same events', async () => {
    parts.events = Array.from({ length: 7_001 }, (_, index) =>
      payloadClose({ spanId: (index + 1).toString(16).padStart(16, '0') }),
    );
    const response = await fetch(`${origin}/api/v1/export?format=otlp`);
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    const lines = (await response.text()).trimEnd().split('\n');
    const events = lines.flatMap(line => closeEventsFromOtlpLine(line));
    expect(events.map(({ spanId }) => spanId)).toEqual(parts.events.map(({ spanId }) => spanId));
  });

  it('leaves out events before from and after to', async () => {
    const second = (time: string) =>
      payloadClose({ spanId: time.slice(-5, -1).padStart(16, '0'), time: Date.parse(time) });
    parts.events = [second('2026-11-23T10:00:01Z'), second('2026-11-23T10:00:02Z'), second('2026-11-23T10:00:03Z')];
    const path = '/api/v1/export?format=otlp&from=2026-11-23T10:00:02Z&to=2026-11-23T10:00:02Z';
    const text = await (await fetch(`${origin}${path}`)).text();
    expect(text.match(/"spanId"/g)).toHaveLength(1);
  });
});

describe('an export that fails half way', () => {
  it('is cut off, and never looks whole', async () => {
    await dashboard.stop();
    parts.events = Array.from({ length: 5_000 }, (_, index) =>
      payloadClose({ spanId: (index + 1).toString(16).padStart(16, '0') }),
    );
    const { store } = parts;
    const readEventsAfter: Store['readEventsAfter'] = (sequence, limit) =>
      sequence === 0 ? store.readEventsAfter(0, limit) : Promise.reject(new Error('the disk is gone'));
    dashboard = createDashboard({ store: { ...store, readEventsAfter }, analyzer: parts.analyzer, port: 0 });
    const { port } = await dashboard.start();
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/export?format=otlp`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });
});

describe('the process', () => {
  it('is healthy and ready', async () => {
    expect((await get('/healthz')).body).toEqual({ status: 'ok' });
    expect((await get('/readyz')).body).toEqual({ status: 'ready' });
  });

  it('tells its version and counters', async () => {
    expect((await get('/api/v1/about')).body).toEqual({
      version: '0.1.0',
      collector: { spansStored: 12 },
      stream: { clients: 0, refused: 0, dropped: 0 },
    });
  });

  it('says which address is taken when it can not listen', async () => {
    const port = Number(new URL(origin).port);
    const second = createDashboard({ store: parts.store, analyzer: parts.analyzer, port });
    await expect(second.start()).rejects.toMatchObject({ code: 'EADDRINUSE', port });
    await second.stop();
  });
});
