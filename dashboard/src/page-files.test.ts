import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDashboard, type Dashboard } from './dashboard.ts';
import { InMemoryParts } from './testdata/in-memory-parts.ts';

let pageFolder: string;
let dashboard: Dashboard;
let origin: string;

beforeEach(async () => {
  pageFolder = await mkdtemp(join(tmpdir(), 'closewatch-page-'));
  const parts = new InMemoryParts();
  dashboard = createDashboard({ store: parts.store, analyzer: parts.analyzer, port: 0, pageFolder });
  origin = `http://127.0.0.1:${(await dashboard.start()).port}`;
});

afterEach(async () => {
  await dashboard.stop();
  await rm(pageFolder, { recursive: true });
});

it('lets browsers keep hashed files for a year, and ask for the page each time', async () => {
  await mkdir(join(pageFolder, 'assets'));
  await writeFile(join(pageFolder, 'index.html'), '<!doctype html><title>the page</title>');
  await writeFile(join(pageFolder, 'assets/index-abc123.js'), 'export {};');
  const page = await fetch(origin);
  expect(await page.text()).toContain('the page');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const script = await fetch(`${origin}/assets/index-abc123.js`);
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

it('says how to build the page when it is not built', async () => {
  const response = await fetch(origin);
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('npm run build:page');
});

it('allows no script or style but its own files', async () => {
  const policy = (await fetch(`${origin}/healthz`)).headers.get('content-security-policy');
  expect(policy).toBe(
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';" +
      "base-uri 'none';form-action 'none';frame-ancestors 'none'",
  );
});

it('answers to the names of this machine, and to another with a problem document', async () => {
  expect((await answerTo('localhost:8080')).status).toBe(200);
  expect((await answerTo('[::1]:8080')).status).toBe(200);
  const refused = await answerTo('rebound.example');
  expect([refused.status, refused.type]).toEqual([403, 'application/problem+json; charset=utf-8']);
  expect(refused.body).toMatchObject({
    status: 403,
    code: 'bad_host',
    got: 'rebound.example',
    expected: 'localhost, an address',
  });
});

it.each([[['watch.internal']], [['*']]])('answers to more names where it is given %j', async allowedHosts => {
  await dashboard.stop();
  const parts = new InMemoryParts();
  dashboard = createDashboard({ store: parts.store, analyzer: parts.analyzer, port: 0, pageFolder, allowedHosts });
  origin = `http://127.0.0.1:${(await dashboard.start()).port}`;
  expect((await answerTo('Watch.internal:8080')).status).toBe(200);
  expect((await answerTo('rebound.example')).status).toBe(allowedHosts.includes('*') ? 200 : 403);
});

async function answerTo(host: string) {
  const sent = request(`${origin}/healthz`, { headers: { host } }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, type: answer.headers['content-type'], body: await json(answer) };
}
