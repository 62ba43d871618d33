import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CloseEvent } from '@closewatch/collector';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunningApp } from './running-app.ts';
import { type ListeningCollector, startCollector } from './stored-events.ts';

const REGISTER = ['--import', '@closewatch/instrumentation/register'];

function closesOf(events: CloseEvent[], role: 'client' | 'server'): CloseEvent[] {
  return events.filter(event => event.kind === 'close' && event.role === role);
}

describe('node --import @closewatch/instrumentation/register', () => {
  let collector: ListeningCollector;

  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.stop());

  function gateway(args: string[], env: Record<string, string> = {}, nodeArgs = REGISTER): RunningApp {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    return new RunningApp('gateway.ts', { args, nodeArgs, env: { ...endpoint, ...env } });
  }

  it('says what an application without OpenTelemetry does, and who it is by the standard variables', async () => {
    const app = gateway(['2'], {
      OTEL_SERVICE_NAME: 'gateway',
      OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.8.2,deployment.environment.name=prod,service.instance.id=gw-1',
    });
    expect(await app.line()).toBe('open');
    app.write('fail');
    expect(await app.line()).toBe('failed');
    app.write('end');
    expect(await app.ended).toEqual({ code: 0, signal: null, standardError: '' });
    const events = await collector.stored();
    expect(
      closesOf(events, 'server')
        .map(event => event.code)
        .sort(),
    ).toEqual([1007, 1012]);
    expect(
      closesOf(events, 'client')
        .map(event => event.code)
        .sort(),
    ).toEqual([1007, 1012]);
    const bug = closesOf(events, 'server').find(event => event.code === 1007);
    expect(bug).toMatchObject({
      service: 'gateway',
      serviceVersion: '1.8.2',
      environment: 'prod',
      instance: 'gw-1',
      clientName: 'web',
      payloadDefect: 'invalid_utf8',
    });
    const connects = events.filter(event => event.kind === 'connect');
    expect(new Set(connects.map(event => event.traceId)).size).toBe(2); // both ends of a connection share a trace
    expect(connects).toHaveLength(4);
  });

  it('gives each process an instance id of its own where none is set', async () => {
    const apps = [gateway(['1']), gateway(['1'])];
    for (const app of apps) {
      await app.line();
      app.write('end');
      await app.ended;
    }
    const instances = new Set((await collector.stored()).map(event => event.instance));
    expect(instances.size).toBe(2);
    expect(instances.has(null)).toBe(false);
  });

  it("sends every span whatever the application's own sampler says", async () => {
    const app = gateway(['20'], { OTEL_TRACES_SAMPLER: 'always_off' });
    await app.line();
    app.write('end');
    await app.ended;
    expect(closesOf(await collector.stored(), 'server')).toHaveLength(20);
  });

  it('is loaded by --require too', async () => {
    const app = gateway(['1'], {}, ['--require', '@closewatch/instrumentation/register']);
    await app.line();
    app.write('end');
    expect(await app.ended).toMatchObject({ code: 0, standardError: '' });
    expect(closesOf(await collector.stored(), 'server')).toHaveLength(1);
  });

  it('does nothing where OTEL_SDK_DISABLED says so', async () => {
    const app = gateway(['1'], { OTEL_SDK_DISABLED: 'true' });
    await app.line();
    app.write('end');
    expect(await app.ended).toEqual({ code: 0, signal: null, standardError: '' });
    expect(await collector.stored()).toEqual([]);
  });

  it('leaves the application running, and says why, where it can not start', async () => {
    const app = gateway(['1'], { CLOSEWATCH_ENDPOINT: 'localhost:4318' });
    await app.line();
    app.write('end');
    expect(await app.ended).toEqual({
      code: 0,
      signal: null,
      standardError:
        '@closewatch/instrumentation: could not start, the application runs without it: ' +
        'expected CLOSEWATCH_ENDPOINT to be an http or https URL, got "localhost:4318"\n',
    });
  });

  it("sends to CLOSEWATCH_ENDPOINT with its own headers, never another backend's", async () => {
    const heard: [string | undefined, IncomingHttpHeaders][] = [];
    const server = createServer((request, response) => {
      heard.push([request.url, request.headers]);
      request.resume();
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const app = gateway(['1'], {
      CLOSEWATCH_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/closewatch/`,
      CLOSEWATCH_HEADERS: 'authorization=Bearer%20ours',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=theirs',
    });
    await app.line();
    app.write('end');
    await app.ended;
    server.close();
    expect(heard.length).toBeGreaterThan(0);
    for (const [url, headers] of heard) {
      expect([url, headers.authorization, headers['x-api-key']]).toEqual([
        '/closewatch/v1/traces',
        'Bearer ours',
        undefined,
      ]);
    }
    expect(await collector.stored()).toEqual([]);
  });

  it('leaves an SDK that was registered before as it is, and its sampler out of it', async () => {
    const app = gateway(['3'], {}, ['--import', './apps/own-sdk.ts', ...REGISTER]);
    await app.line();
    app.write('end');
    expect(await app.line()).toBe('own spans 0, untouched true');
    expect(await app.ended).toMatchObject({ code: 0, standardError: '' });
    const events = await collector.stored();
    expect(closesOf(events, 'server')).toHaveLength(3);
    expect(new Set(events.filter(event => event.kind === 'connect').map(event => event.traceId)).size).toBe(3);
  });

  it('speaks OTLP as JSON where the protocol says so', async () => {
    const app = gateway(['2'], { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' });
    await app.line();
    app.write('end');
    expect(await app.ended).toMatchObject({ code: 0, standardError: '' });
    expect(closesOf(await collector.stored(), 'server')).toHaveLength(2);
  });

  it('exports metrics where OTEL_METRICS_EXPORTER asks for them, and not otherwise', async () => {
    const paths = new Set<string | undefined>();
    const server = createServer((request, response) => {
      paths.add(request.url);
      request.resume();
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    for (const env of [{}, { OTEL_METRICS_EXPORTER: 'otlp' }] as Record<string, string>[]) {
      const app = gateway(['1'], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env });
      await app.line();
      app.write('end');
      expect(await app.ended).toMatchObject({ code: 0, standardError: '' });
      expect([...paths].sort()).toEqual(Object.keys(env).length === 0 ? ['/v1/traces'] : ['/v1/metrics', '/v1/traces']);
    }
    server.close();
  });
});

describe('SIGTERM in an instrumented process', () => {
  let collector: ListeningCollector;

  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.stop());

  /** The same application with and without us; what the host sees has to be the same. */
  const both = [
    ['without us', [] as string[]],
    ['with us', REGISTER],
  ] as const;

  it('says how much was lost where no collector answers', async () => {
    await collector.stop();
    const app = new RunningApp('gateway.ts', {
      args: ['5', 'exit'],
      nodeArgs: REGISTER,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    });
    await app.line();
    app.process.kill('SIGTERM');
    const { code, standardError } = await app.ended;
    collector = await startCollector();
    expect(code).toBe(3);
    expect(standardError).toMatch(/^@closewatch\/instrumentation \d+ spans were not exported \(process_exit\)/);
  });

  for (const [name, nodeArgs] of both) {
    const isOurs = nodeArgs.length > 0;
    const start = (atTerm: string): RunningApp =>
      new RunningApp('gateway.ts', {
        args: ['50', atTerm],
        nodeArgs: [...nodeArgs],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
      });

    it(`${name}: ends an application that does not listen to it, by the signal`, async () => {
      const app = start('nothing');
      await app.line();
      app.write('fail');
      expect(await app.line()).toBe('failed');
      app.process.kill('SIGTERM');
      expect(await app.ended).toEqual({ code: null, signal: 'SIGTERM', standardError: '' });
      const stored = await collector.stored();
      expect(stored.filter(event => event.kind === 'connect')).toHaveLength(isOurs ? 100 : 0);
      expect(stored.filter(event => event.code === 1007)).toHaveLength(isOurs ? 2 : 0);
    });

    it(`${name}: ends an application whose only listener is signal-exit's`, async () => {
      const app = new RunningApp('signal-exit.ts', {
        nodeArgs: [...nodeArgs],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
      });
      expect(await app.line()).toBe('open');
      app.process.kill('SIGTERM');
      expect(await app.line()).toBe('cleaned up after SIGTERM');
      expect(await app.ended).toEqual({ code: null, signal: 'SIGTERM', standardError: '' });
    });

    it(`${name}: does not end an application that listens to it and stays`, async () => {
      const app = start('stay');
      await app.line();
      app.process.kill('SIGTERM');
      expect(await app.line()).toBe('stays');
      app.process.kill('SIGTERM');
      expect(await app.line()).toBe('stays');
      app.write('end');
      expect(await app.ended).toEqual({ code: 0, signal: null, standardError: '' });
      expect(closesOf(await collector.stored(), 'server')).toHaveLength(isOurs ? 50 : 0);
    });

    it(`${name}: lets an application leave by itself`, async () => {
      const app = start('leave');
      await app.line();
      app.process.kill('SIGTERM');
      expect(await app.ended).toEqual({ code: 0, signal: null, standardError: '' });
      const stored = await collector.stored();
      expect(closesOf(stored, 'server').filter(event => event.code === 1012)).toHaveLength(isOurs ? 50 : 0);
      expect(stored.filter(event => event.kind === 'drain')).toHaveLength(isOurs ? 1 : 0);
    });

    it(`${name}: lets an application exit with its own code`, async () => {
      const app = start('exit');
      await app.line();
      app.process.kill('SIGTERM');
      expect(await app.ended).toEqual({ code: 3, signal: null, standardError: '' });
      const stored = await collector.stored();
      expect(closesOf(stored, 'server').filter(event => event.code === 1012)).toHaveLength(isOurs ? 50 : 0);
      expect(stored.filter(event => event.kind === 'drain')).toHaveLength(isOurs ? 1 : 0);
    });
  }
});
