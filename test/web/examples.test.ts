import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'vite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../browser/chromium.ts';
import { lineMatching } from '../cli/closewatch.ts';
import { type StoredEvents, storeEvents } from './stored-events.ts';

const EXAMPLES = join(import.meta.dirname, '../../instrumentation/examples');

let events: StoredEvents;
let children: ChildProcess[];

beforeEach(async () => {
  children = [];
  events = await storeEvents();
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await events.stop();
});

/** Starts an example as its README says. */
function start(example: string, service: string, args: string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, args, {
    cwd: join(EXAMPLES, example),
    env: {
      ...process.env,
      OTEL_SERVICE_NAME: service,
      OTEL_EXPORTER_OTLP_ENDPOINT: events.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function portOf(server: ReturnType<typeof start>): Promise<string> {
  return (await lineMatching(server.stdout, /listening on (\d+)/))[1]!;
}

describe.each([
  ['ws-server-esm', ['--import', './telemetry.js', 'server.js'], null],
  ['ws-server-commonjs', ['--require', './telemetry.cjs', 'server.cjs'], '/rooms/:id'],
])('the example %s', (server, args, urlTemplate) => {
  it('reports its restart from both ends, and the client of reconnecting-client that comes back', async () => {
    const first = start(server, 'gateway', args, { PORT: '0' });
    const port = await portOf(first);
    const client = start('reconnecting-client', 'client', ['--import', './telemetry.js', 'client.js'], {
      URL: `ws://127.0.0.1:${port}/rooms/7`,
      CLIENT_ID: 'install-4711',
      RECONNECT_MS: '20',
    });
    await lineMatching(client.stdout, /open/);
    first.kill('SIGTERM');
    expect(await once(first, 'exit')).toEqual([0, null]);
    start(server, 'gateway', args, { PORT: port });
    const back = await events.find(event => event.kind === 'reconnect');
    client.kill('SIGTERM');
    expect(await once(client, 'exit')).toEqual([0, null]);

    const common = { clientName: 'example', clientVersion: '5.2.0', clientId: 'install-4711' };
    expect(back).toMatchObject({
      ...common,
      service: 'client',
      outcome: 'recovered',
      previousCode: 1012,
      match: 'context',
    });
    const atServer = await events.find(
      event => event.kind === 'close' && event.role === 'server' && event.code === 1012,
    );
    expect(atServer).toMatchObject({
      ...common,
      service: 'gateway',
      initiator: 'local',
      reason: 'restart',
      messagesReceived: 1,
      urlTemplate,
    });
    const atClient = await events.find(
      event => event.kind === 'close' && event.role === 'client' && event.code === 1012,
    );
    expect(atClient).toMatchObject({
      ...common,
      service: 'client',
      initiator: 'remote',
      linkedTraceId: atServer.linkedTraceId,
    });
    await events.find(event => event.kind === 'drain' && event.service === 'gateway');
    await events.find(event => event.kind === 'close' && event.role === 'client' && event.code === 1000);
  });
});

describe('the example browser-page', () => {
  it('reports closes of a real browser by way of its own server', async () => {
    await build({ root: join(EXAMPLES, 'browser-page'), configFile: false, logLevel: 'warn' });
    const server = start('browser-page', 'page-server', ['server.js'], { PORT: '0' });
    const port = await portOf(server);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.getByText('open').waitFor();
      server.kill('SIGUSR2');
      await page.getByText('close 1012').waitFor();
      const back = await events.find(event => event.kind === 'reconnect');
      expect(back).toMatchObject({
        service: 'example-page',
        outcome: 'recovered',
        match: 'endpoint',
        previousCode: 1012,
      });
      const close = await events.find(event => event.kind === 'close');
      expect(close).toMatchObject({
        service: 'example-page',
        serviceVersion: '3.1.0',
        role: 'client',
        code: 1012,
        initiator: 'remote',
        reason: 'restart',
        urlPath: '/rooms/7',
        urlTemplate: '/rooms/:id',
        clientName: 'example-page',
        clientVersion: '3.1.0',
        clientId: expect.stringMatching(/^\d+-\d+$/),
      });
      await page.goto('about:blank');
      await events.find(event => event.kind === 'close' && event.code === 1001);
    } finally {
      await browser.close();
    }
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  }, 120_000);
});
