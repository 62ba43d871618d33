import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunningApp } from './running-app.ts';
import { type ListeningCollector, startCollector } from './stored-events.ts';

/** WAVE_SOCKETS=20000 makes it a big server's, which takes 25 to 100 s on two busy cores. */
const WANTED = Number(process.env.WAVE_SOCKETS ?? 5_000);
/** Descriptors that a process needs for other things than connections. */
const OTHER_DESCRIPTORS = 500;
const TIMEOUT_MILLIS = 240_000;

let collector: ListeningCollector;
let apps: RunningApp[];

beforeEach(async () => {
  collector = await startCollector();
  apps = [];
});
afterEach(async () => {
  for (const app of apps) app.process.kill('SIGKILL');
  await collector.stop();
});

/** As many as a process may have open: Node raises its soft limit to the hard one when it starts. */
function connections(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { hard: number | string } } };
  const limit = Number(userLimits?.open_files?.hard);
  return Number.isFinite(limit) ? Math.min(WANTED, limit - OTHER_DESCRIPTORS) : WANTED;
}

function run(...[app, options]: ConstructorParameters<typeof RunningApp>): RunningApp {
  const running = new RunningApp(app, options);
  apps.push(running);
  return running;
}

it(
  'a server that loses thousands of sockets in one tick, at SIGTERM, tells of every close',
  async () => {
    const count = connections();
    const server = run('socket-wave.ts', {
      args: [String(count)],
      nodeArgs: ['--import', '@closewatch/instrumentation/register'],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_SERVICE_NAME: 'gateway' },
    });
    const crowd = run('crowd.ts', { args: [await server.line(), String(count)] });
    expect(await server.ended).toEqual({ code: null, signal: 'SIGTERM', standardError: '' });
    expect((await crowd.ended).code).toBe(0);
    const closes = (await collector.stored()).filter(event => event.kind === 'close');
    expect(closes).toHaveLength(count);
    expect(new Set(closes.map(close => close.clientId)).size).toBe(count);
    expect(new Set(closes.map(close => close.code))).toEqual(new Set([1006]));
  },
  TIMEOUT_MILLIS,
);
