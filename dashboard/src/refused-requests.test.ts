import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDashboard, type Dashboard } from './dashboard.ts';
import { InMemoryParts } from './testdata/in-memory-parts.ts';

let parts: InMemoryParts;
let dashboard: Dashboard;
let origin: string;

beforeEach(async () => {
  parts = new InMemoryParts();
  parts.watermark = Date.parse('2026-11-23T10:05:00.000Z');
  dashboard = createDashboard({ store: parts.store, analyzer: parts.analyzer, port: 0 });
  origin = `http://127.0.0.1:${(await dashboard.start()).port}`;
});

afterEach(() => dashboard.stop());

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the body holds.
async function get(path: string): Promise<{ status: number; headers: Headers; body: any }> {
  const response = await fetch(`${origin}${path}`);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

describe('requests that are refused', () => {
  it.each([
    [
      '/api/v1/verdicts?sevrice=gateway',
      'sevrice',
      'one of from, to, service, environment, kind, status, limit, cursor',
    ],
    ['/api/v1/verdicts?from=yesterday', 'yesterday', 'an RFC 3339 time such as 2026-11-23T10:00:00Z'],
    [
      '/api/v1/verdicts?from=2026-11-23T10:00:00',
      '2026-11-23T10:00:00',
      'an RFC 3339 time such as 2026-11-23T10:00:00Z',
    ],
    ['/api/v1/verdicts?limit=0', '0', 'a whole number from 1 to 500'],
    ['/api/v1/verdicts?cursor=abc', 'abc', 'the "next" of an earlier answer'],
    ['/api/v1/verdicts?status=closed', 'closed', 'one of provisional, open, ended, withdrawn'],
    ['/api/v1/verdicts?service=a&service=b', '["a","b"]', 'one value'],
    ['/api/v1/services?page=2', 'page', 'one of no parameters'],
    ['/api/v1/series?bin=1.5', '1.5', 'a whole number from 1 to 3600'],
    ['/api/v1/export?format=xml', 'xml', 'one of otlp, parquet, csv, json'],
  ])('%s is a 400 that says got and expected', async (path, got, expected) => {
    const { status, headers, body } = await get(path);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ type: 'about:blank', status: 400, code: 'bad_query', got, expected, instance: path });
  });

  it('refuses a span that ends before it begins, and a series that is longer than what is kept', async () => {
    const backwards = await get('/api/v1/series?from=2026-11-23T10:00:01Z&to=2026-11-23T10:00:00Z');
    expect(backwards.body).toMatchObject({ status: 400, expected: 'a from that is not after to' });
    const long = await get('/api/v1/series?from=2026-11-23T07:00:00Z&to=2026-11-23T10:00:00Z');
    expect(long.body).toMatchObject({ status: 400, expected: 'at most 120 minutes' });
  });

  it('refuses an address that can not be decoded', async () => {
    const { status, body } = await get('/api/v1/verdicts/%E0%A4%A');
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'bad_query', expected: 'percent-encoded UTF-8' });
  });

  it('answers 405 to a write, and 404 elsewhere', async () => {
    const write = await fetch(`${origin}/api/v1/verdicts`, { method: 'POST', body: '{}' });
    expect([write.status, write.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await get('/api/v1/nothing')).body).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('answers a failing store with a 500 that keeps the cause to itself', async () => {
    await dashboard.stop();
    const broken = { ...parts.store, readVerdicts: () => Promise.reject(new Error('disk of secrets is full')) };
    dashboard = createDashboard({ store: broken, analyzer: parts.analyzer, port: 0 });
    origin = `http://127.0.0.1:${(await dashboard.start()).port}`;
    const { status, body } = await get('/api/v1/verdicts');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secrets');
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/healthz')).status).toBe(200);
  });
});
