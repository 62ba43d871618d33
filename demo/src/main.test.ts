import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';

type Demo = ChildProcessByStdio<Writable, Readable, Readable>;

let running: Demo | undefined;

function startDemo(args: readonly string[], environment: Record<string, string>): Demo {
  const main = new URL('./main.ts', import.meta.url).pathname;
  running = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return running;
}

/** Port 9 discards: what the fleet exports does not matter here. */
const NOWHERE = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

/** Resolves when the fleet runs. Its standard error is read on, so that no process of it blocks. */
async function quiet(demo: Demo): Promise<void> {
  demo.stderr.resume();
  for await (const line of createInterface(demo.stdout)) {
    if (JSON.parse(line).name === 'quiet') return;
  }
}

afterEach(() => {
  running?.kill('SIGKILL');
});

// Every process of the fleet holds the demo's standard error open: `close` comes when the last one is gone.
describe('the demo leaves no process behind', () => {
  it('when its standard input closes', async () => {
    const demo = startDemo(['--seed', '4'], NOWHERE);
    await quiet(demo);
    demo.stdin.end();
    expect(await once(demo, 'close')).toEqual([0, null]);
  });

  it('when it is killed itself', async () => {
    const demo = startDemo(['--seed', '4'], NOWHERE);
    await quiet(demo);
    demo.kill('SIGKILL');
    expect(await once(demo, 'close')).toEqual([null, 'SIGKILL']);
  });
});

describe('the demo refuses to start', () => {
  it('without a collector, with one line that says so', async () => {
    const demo = startDemo([], { OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    const complaint = demo.stderr.setEncoding('utf8').toArray();
    demo.stdout.resume();
    expect(await once(demo, 'close')).toEqual([2, null]);
    expect((await complaint).join('')).toBe(
      'demo: expected OTEL_EXPORTER_OTLP_ENDPOINT to be the address of a collector, got nothing\n',
    );
  });
});
