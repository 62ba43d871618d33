import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { closewatch, lineMatching, startClosewatch } from './closewatch.ts';

const folder = mkdtempSync(join(tmpdir(), 'closewatch-tokens-'));
const anyPorts = { CLOSEWATCH_INGEST_PORT: '0', CLOSEWATCH_INGEST_GRPC_PORT: '0', CLOSEWATCH_DASHBOARD_PORT: '0' };
const OLD = 'old=0123456789abcdef';
const NEW = 'new=fedcba9876543210';

it('listens beyond loopback with a token, and takes a new one from its file at SIGHUP', async () => {
  const file = join(folder, 'tokens');
  writeFileSync(file, `${OLD}\n`);
  const child = startClosewatch(['serve', '--data', join(folder, 'data')], {
    ...anyPorts,
    CLOSEWATCH_INGEST_HOST: '0.0.0.0',
    CLOSEWATCH_INGEST_TOKENS_FILE: file,
  });
  const [, ingestPort] = await lineMatching(child.stderr, /"ingest":\{[^}]*"port":(\d+)/);
  const post = async (line: string) => {
    const headers = { authorization: `Bearer ${line.split('=')[1]}`, 'content-type': 'application/json' };
    return (await fetch(`http://127.0.0.1:${ingestPort}/v1/traces`, { method: 'POST', headers, body: '{}' })).status;
  };
  expect([await post(OLD), await post(NEW)]).toEqual([200, 401]);

  writeFileSync(file, 'short=hush\n');
  child.kill('SIGHUP');
  await lineMatching(child.stderr, /the old ones stay in use/);
  expect(await post(OLD)).toBe(200);

  writeFileSync(file, `${NEW}\n`);
  child.kill('SIGHUP');
  await lineMatching(child.stderr, /were read again/);
  expect([await post(OLD), await post(NEW)]).toEqual([401, 200]);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('refuses to listen beyond loopback without one', async () => {
  const ended = await closewatch(['serve', '--data', folder], { ...anyPorts, CLOSEWATCH_INGEST_HOST: '0.0.0.0' });
  expect(ended.exitCode).toBe(2);
  expect(ended.stderr).toContain(
    'nobody would have to authenticate there; set ingest.tokens, or set allow_open_listen',
  );
});
