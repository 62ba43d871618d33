import { expect, it } from 'vitest';
import { createDashboard } from './dashboard.ts';
import { InMemoryParts } from './testdata/in-memory-parts.ts';

it('answers /metrics with what the process counts, read anew each time', async () => {
  const parts = new InMemoryParts();
  let scrapes = 0;
  const metrics = { contentType: 'text/plain; version=0.0.4; charset=utf-8', metrics: async () => `up ${++scrapes}\n` };
  const dashboard = createDashboard({ store: parts.store, analyzer: parts.analyzer, port: 0, metrics });
  const { port } = await dashboard.start();
  const scrape = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    return [answer.status, answer.headers.get('content-type'), await answer.text()];
  };
  expect(await scrape()).toEqual([200, metrics.contentType, 'up 1\n']);
  expect(await scrape()).toEqual([200, metrics.contentType, 'up 2\n']);
  await dashboard.stop();
});
