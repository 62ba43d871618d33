import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { closewatch, lineMatching, startClosewatch } from './closewatch.ts';

const folder = mkdtempSync(join(tmpdir(), 'closewatch-cli-'));
const anyPorts = {
  CLOSEWATCH_INGEST_PORT: '0',
  CLOSEWATCH_INGEST_GRPC_PORT: '0',
  CLOSEWATCH_DASHBOARD_PORT: '0',
  CLOSEWATCH_LOG_LEVEL: 'silent',
};

async function withPortInUse(use: (port: number) => Promise<void>): Promise<void> {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  await use((squatter.address() as AddressInfo).port);
  squatter.close();
}

for (const [key, variable] of [
  ['ingest.port', 'CLOSEWATCH_INGEST_PORT'],
  ['ingest.grpc_port', 'CLOSEWATCH_INGEST_GRPC_PORT'],
  ['dashboard.port', 'CLOSEWATCH_DASHBOARD_PORT'],
] as const) {
  it(`ends with 2 and one line when the port of ${key} is in use`, async () => {
    await withPortInUse(async port => {
      const data = mkdtempSync(join(folder, 'data-'));
      const ended = await closewatch(['serve', '--data', data], { ...anyPorts, [variable]: String(port) });
      expect(ended.exitCode).toBe(2);
      expect(ended.stdout).toBe('');
      expect(ended.stderr).toBe(
        `closewatch: ${key}: 127.0.0.1:${port} is in use: stop what listens there, or set ${key} to another port\n`,
      );
    });
  });
}

it('ends with 2 and one line that names the place of a bad configuration', async () => {
  const file = join(folder, 'closewatch.yaml');
  writeFileSync(file, 'dashboard:\n  prot: 8080\n');
  const ended = await closewatch(['serve', '--config', file], anyPorts);
  expect(ended).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `closewatch: ${file}:2: unknown key "dashboard.prot"; did you mean "port"?\n`,
  });
});

it('ends with 2 when another process holds the data folder, which goes on unharmed', async () => {
  const data = mkdtempSync(join(folder, 'data-'));
  const first = startClosewatch(['serve', '--data', data], anyPorts);
  await lineMatching(first.stdout, /Closewatch: (\S+)/);
  const second = await closewatch(['serve', '--data', data], anyPorts);
  expect(second.exitCode).toBe(2);
  expect(second.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(second.stderr).toContain(data);
  first.kill('SIGTERM');
  expect(await once(first, 'exit')).toEqual([0, null]);
});

it('refuses to listen beyond loopback unless asked to by name', async () => {
  const ended = await closewatch(['serve', '--data', folder], { ...anyPorts, CLOSEWATCH_DASHBOARD_HOST: '0.0.0.0' });
  expect(ended.exitCode).toBe(2);
  expect(ended.stderr).toContain('dashboard.host: expected a loopback address, got "0.0.0.0"');
});

it('ends with 2 for arguments that it does not know', async () => {
  expect((await closewatch(['sevre'])).exitCode).toBe(2);
  expect((await closewatch(['code', 'abc'])).exitCode).toBe(2);
  expect((await closewatch(['demo', '--seed', 'x'])).exitCode).toBe(2);
});

it('ends with 2 and the place for a history that can not be read', async () => {
  const file = join(folder, 'history.jsonl');
  writeFileSync(file, '{"resourceSpans":[]}\n{"resourceSpans":[\n');
  const ended = await closewatch(['replay', file, '--json']);
  expect(ended.exitCode).toBe(2);
  expect(ended.stdout).toBe('');
  expect(ended.stderr).toContain(`${file}:2: expected OTLP JSON`);
  const missing = await closewatch(['replay', join(folder, 'nowhere.jsonl')]);
  expect(missing.exitCode).toBe(2);
  expect(missing.stderr).toContain('ENOENT');
});

it('ends with 1 when a demo that ends by itself is stopped before it has judged anything', async () => {
  const child = startClosewatch(['demo', '--once', '--port', '0']);
  await lineMatching(child.stdout, /gateways of 1\.8\.0 start/);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([1, null]);
});

it('ends quietly where its reader has seen enough', async () => {
  const child = startClosewatch(['config', 'schema']);
  child.stdout.destroy();
  let problems = '';
  child.stderr.on('data', chunk => {
    problems += chunk;
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(problems).toBe('');
});
