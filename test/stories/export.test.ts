import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloseEvent, closeEventsFromParquet, otlpLinesFromEvents } from '@closewatch/collector';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fleet } from '../../analyzer/src/fleet.fixture.ts';
import { closewatch, lineMatching, startClosewatch } from '../cli/closewatch.ts';

let folder: string;
let child: ReturnType<typeof startClosewatch>;
let addresses: { ingest: string; server: string };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'closewatch-export-'));
  const config = join(folder, 'closewatch.yaml');
  writeFileSync(config, `data: ${join(folder, 'data')}\ningest: { port: 0, grpc_port: 0 }\ndashboard: { port: 0 }\n`);
  child = startClosewatch(['serve', '--config', config]);
  child.stdout.resume();
  const [, ingest] = await lineMatching(child.stderr, /"ingest":\{"host":"127.0.0.1","port":(\d+),/);
  const [, server] = await lineMatching(child.stdout, /Closewatch: (\S+)/);
  addresses = { ingest: `http://127.0.0.1:${ingest}/v1/traces`, server: server! };
});
afterEach(async () => {
  child.kill('SIGTERM');
  await once(child, 'exit');
  rmSync(folder, { recursive: true });
});

async function send(events: readonly CloseEvent[]): Promise<void> {
  for (const body of otlpLinesFromEvents(events)) {
    const response = await fetch(addresses.ingest, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(200);
  }
}

const isBuggy = (client: number) => client % 5 === 0;

it('hands out as Parquet what a replay judges as it judges the same events as OTLP', { timeout: 60_000 }, async () => {
  const fleet = new Fleet({ seed: 7, startedAt: Date.now() - 300_000, clients: 200, instances: 4, version: '1.8.1' });
  fleet.pass(240).pass(20, 2, isBuggy);
  await send(fleet.rows());

  const parquet = join(folder, 'history.parquet');
  const otlp = join(folder, 'history.jsonl');
  const response = await fetch(new URL('/api/v1/export?format=parquet', addresses.server));
  expect(response.headers.get('content-type')).toContain('application/vnd.apache.parquet');
  writeFileSync(parquet, Buffer.from(await response.arrayBuffer()));
  writeFileSync(otlp, (await closewatch(['export', '--server', addresses.server])).stdout);

  let rows = 0;
  for await (const page of closeEventsFromParquet(parquet)) rows += page.length;
  expect(rows).toBe(fleet.rows().length);
  const judged = await closewatch(['replay', parquet, '--json']);
  expect(judged.stdout).toContain('payload_bug');
  expect(judged).toEqual(await closewatch(['replay', otlp, '--json']));
});

it('hands out CSV and JSON by command', { timeout: 60_000 }, async () => {
  const fleet = new Fleet({ seed: 7, startedAt: Date.now() - 60_000, clients: 20, instances: 1, version: '1.8.1' });
  fleet.pass(30);
  await send(fleet.rows());
  const csv = await closewatch(['export', '--server', addresses.server, '--format', 'csv']);
  expect(csv.stdout).toMatch(/^sequence,kind,trace_id,/);
  const json = await closewatch(['export', '--server', addresses.server, '--format', 'json']);
  expect(json.stdout.trim().split('\n')).toHaveLength(fleet.rows().length);
});

it('is refused as history when it is none of ours', async () => {
  const other = join(folder, 'other.parquet');
  writeFileSync(other, 'PAR1, it says');
  const ended = await closewatch(['replay', other]);
  expect(ended.exitCode).toBe(2);
  expect(ended.stderr).toContain(`${other}: expected a Parquet file that closewatch wrote`);
});
