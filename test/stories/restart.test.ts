import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '@closewatch/analyzer';
import { type CloseEvent, otlpLinesFromEvents } from '@closewatch/collector';
import { expect, it } from 'vitest';
import { Fleet } from '../../analyzer/src/fleet.fixture.ts';
import { startPageReceiver } from '../../cli/src/demo/page-receiver.ts';
import { lineMatching, startClosewatch } from '../cli/closewatch.ts';

const folder = mkdtempSync(join(tmpdir(), 'closewatch-restart-'));
const config = join(folder, 'closewatch.yaml');

async function startServe() {
  const child = startClosewatch(['serve', '--config', config]);
  child.stdout.resume();
  const [, ingest] = await lineMatching(child.stderr, /"ingest":\{"host":"127.0.0.1","port":(\d+),/);
  const [, dashboard] = await lineMatching(child.stdout, /Closewatch: (\S+)/);
  return { child, ingest: `http://127.0.0.1:${ingest}/v1/traces`, api: `${dashboard}/api/v1` };
}

async function send(ingest: string, events: readonly CloseEvent[]): Promise<void> {
  for (const body of otlpLinesFromEvents(events)) {
    const response = await fetch(ingest, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(response.status).toBe(200);
  }
}

/** Reads a list of the API again and again until it is as wanted; the test's own limit ends a wait in vain. */
async function itemsWhere<T>(url: string, holds: (items: T[]) => boolean): Promise<T[]> {
  for (;;) {
    const { items } = (await (await fetch(url)).json()) as { items: T[] };
    if (holds(items)) return items;
    await new Promise(resolve => setTimeout(resolve, 100)); // the pause of a poll
  }
}

const isBuggy = (client: number) => client % 5 === 0;

/** A quiet service in which, for the last minute, one client version has sent bytes as text. */
function fleetWithBug(): Fleet {
  const startedAt = Date.now() - 300_000;
  return new Fleet({ seed: 7, startedAt, clients: 200, instances: 4, version: '1.8.1' }).pass(240).pass(20, 2, isBuggy);
}

async function startPager() {
  const paged = Promise.withResolvers<void>();
  const receiver = await startPageReceiver(() => paged.resolve());
  const hook = `{ name: pager, url: "${receiver.url}", secret: "${receiver.secret}" }`;
  const data = mkdtempSync(join(folder, 'data-'));
  writeFileSync(
    config,
    `data: ${data}\ningest: { port: 0, grpc_port: 0 }\ndashboard: { port: 0 }\nwebhooks: [${hook}]\n`,
  );
  return { receiver, paged: paged.promise };
}

async function killed(child: Awaited<ReturnType<typeof startServe>>['child'], signal: 'SIGKILL' | 'SIGTERM') {
  child.kill(signal);
  return await once(child, 'exit');
}

it('keeps an open verdict over a kill -9, and pages nobody twice', { timeout: 60_000 }, async () => {
  const { receiver } = await startPager();
  const fleet = fleetWithBug();
  const first = await startServe();
  await send(first.ingest, fleet.rows());
  const [opened] = await itemsWhere<Verdict>(`${first.api}/verdicts`, verdicts => verdicts.length === 1);
  const delivered = (items: { state: string }[]) => items[0]?.state === 'delivered';
  await itemsWhere(`${first.api}/verdicts/${opened!.id}/deliveries`, delivered);
  await killed(first.child, 'SIGKILL');

  const second = await startServe();
  const sentBefore = fleet.rows().length;
  await send(second.ingest, fleet.pass(20, 2, isBuggy).rows().slice(sentBefore));
  const countsOn = (verdicts: Verdict[]) => verdicts[0]!.closes > opened!.closes + 20;
  const after = await itemsWhere(`${second.api}/verdicts`, countsOn);
  expect(after.map(({ id, kind, status, detectedAt }) => ({ id, kind, status, detectedAt }))).toEqual([
    { id: opened!.id, kind: 'payload_bug', status: 'open', detectedAt: opened!.detectedAt },
  ]);
  expect(receiver.received.map(event => event.type)).toEqual(['verdict.opened']);

  expect(await killed(second.child, 'SIGTERM')).toEqual([0, null]);
  await receiver.stop();
});

it('repeats a page only under its own webhook-id, when killed as the receiver answers', {
  timeout: 60_000,
}, async () => {
  const { receiver, paged } = await startPager();
  const first = await startServe();
  await send(first.ingest, fleetWithBug().rows());
  await paged;
  await killed(first.child, 'SIGKILL');

  const second = await startServe();
  const [verdict] = await itemsWhere<Verdict>(`${second.api}/verdicts`, verdicts => verdicts.length === 1);
  const delivered = (items: { state: string }[]) => items.length === 1 && items[0]!.state === 'delivered';
  await itemsWhere(`${second.api}/verdicts/${verdict!.id}/deliveries`, delivered);
  expect(new Set(receiver.ids).size).toBe(1);
  expect(receiver.received.length).toBeLessThanOrEqual(2);

  expect(await killed(second.child, 'SIGTERM')).toEqual([0, null]);
  await receiver.stop();
});
