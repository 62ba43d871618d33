import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** What Node's own version decides: undici 6 behind the global WebSocket, module hooks, `ws` over its sockets and streams. */
const TESTS = [
  'instrumentation/test/libraries/undici.test.ts',
  'instrumentation/src/ws/loading.test.ts',
  'instrumentation/src/ws/closes.test.ts',
  'instrumentation/src/ws/payload-defects.test.ts',
];

const TIMEOUT_MILLIS = 120_000;

/** The oldest Node that is supported is an optional dependency of this workspace alone, which npm installs on Linux x64 only. */
const NODE_22 = join(ROOT, 'test/node_modules/node/bin/node');
const isInstalled = existsSync(NODE_22);
if (!isInstalled) process.stderr.write(`${NODE_22} is not there (no Linux x64?): Node 22 goes untested\n`);

describe.skipIf(!isInstalled)('the oldest Node, where its package is installed (Linux x64)', () => {
  it('is 22.15, and brings undici 6', async () => {
    const { stdout } = await promisify(execFile)(NODE_22, [
      '-p',
      'process.versions.node + " " + process.versions.undici',
    ]);
    expect(stdout).toMatch(/^22\.15\.\d+ 6\./);
  });

  it(
    'passes the tests of ws, of loading, and of undici',
    async () => {
      const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
      const env = { ...process.env, NODE_OPTIONS: '--experimental-strip-types --disable-warning=ExperimentalWarning' };
      const { stdout } = await promisify(execFile)(NODE_22, [vitest, 'run', ...TESTS], { cwd: ROOT, env });
      expect(stdout).toMatch(/\n[1-9]\d+ passed, 0 failed\n$/); // of the tally, which is last
    },
    TIMEOUT_MILLIS,
  );
});
